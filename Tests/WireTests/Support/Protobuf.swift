/// Writes protobuf's encoding by hand, so that tests can say what no well-behaved node says.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func field(_ number: UInt64, _ value: UInt64) {
        varint(number << 3)
        varint(value)
    }

    mutating func fixed(_ number: UInt64, _ value: UInt64) {
        varint(number << 3 | 1)
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    mutating func field(_ number: UInt64, _ content: [UInt8]) {
        varint(number << 3 | 2)
        varint(UInt64(content.count))
        bytes += content
    }

    mutating func field(_ number: UInt64, _ text: String) { field(number, Array(text.utf8)) }
}

/// Makes the encoding of a message.
func message(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    write(&writer)
    return writer.bytes
}

/// Takes the outermost fields of an encoding apart; for encodings that are known to be sound.
struct ProtobufFields {
    private(set) var numbers: [UInt64: UInt64] = [:]
    private(set) var contents: [UInt64: [UInt8]] = [:]

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let tag = Self.varint(&rest)
            let value = Self.varint(&rest)
            if tag & 7 == 2 {
                contents[tag >> 3] = Array(rest.prefix(Int(value)))
                rest = rest.dropFirst(Int(value))
            } else {
                numbers[tag >> 3] = value
            }
        }
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }
}

extension [UInt8] {
    /// A pattern again and again, cut at a size.
    init(repeating pattern: [UInt8], size: Int) {
        self = pattern
        while count < size { self += self }
        removeLast(count - size)
    }
}
