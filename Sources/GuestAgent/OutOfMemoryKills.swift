internal import Glibc

/// The kernel's count of processes that it killed for want of memory.
///
/// Each execution looks at it, so it is found in the bytes of the kernel's long list without taking that apart.
struct OutOfMemoryKills: ~Copyable {
    private static let label = Array("oom_kill ".utf8)
    private static let listBytes = 16 << 10

    private let list: Descriptor
    private var noted: UInt64 = 0

    /// Opens the kernel's list.
    ///
    /// - Throws: an error when it cannot be opened.
    init() throws(GuestError) {
        list = try Descriptor(opening: "/proc/vmstat", O_RDONLY)
        note()
    }

    /// Remembers the count of this moment.
    mutating func note() { noted = count }

    /// Whether a process was killed since the count was noted.
    var haveGrown: Bool { count > noted }

    private var count: UInt64 {
        let number = list.number
        guard lseek(number, 0, SEEK_SET) == 0 else { return 0 }
        return withUnsafeTemporaryAllocation(byteCount: Self.listBytes, alignment: 16) { buffer in
            var filled = 0
            while filled < buffer.count {
                let bytes = read(number, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
                guard bytes > 0 else { break }
                filled += bytes
            }
            return Self.count(in: UnsafeRawBufferPointer(buffer).prefix(filled))
        }
    }

    private static func count(in list: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(rebasing: list)
        guard let start = bytes.baseAddress else { return 0 }
        var place = 0
        while let end = memchr(start + place, Int32(UInt8(ascii: "\n")), bytes.count - place) {
            let line = bytes[place..<(UnsafeRawPointer(end) - start)]
            if line.starts(with: label) { return number(in: line.dropFirst(label.count)) }
            place = line.endIndex + 1
        }
        return 0
    }

    private static func number(in digits: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        var number: UInt64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
            number = number &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
        }
        return number
    }
}
