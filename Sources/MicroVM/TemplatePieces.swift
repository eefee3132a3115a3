internal import Crypto
internal import Glibc

/// Pieces of files: read, checked and written, on a thread that may block.
enum TemplatePieces {
    private static let pageBytes = 4_096
    /// `SEEK_DATA` of Linux, which the C library shows to few.
    private static let seekData: Int32 = 3

    /// Lists what a file has that is not zero, with hashes.
    ///
    /// - Parameters:
    ///   - memory: the sealed file.
    ///   - file: which file of a template it is.
    /// - Returns: the pieces.
    /// - Throws: `systemCall` when it cannot be read.
    static func list(of memory: MemoryFile, as file: TemplateManifest.File) throws(MicroVMError)
        -> [TemplateManifest.Piece]
    {
        let size = memory.currentBytes
        var pieces: [TemplateManifest.Piece] = []
        var place: UInt64 = 0
        while place < size {
            let data = lseek(memory.descriptor, off_t(place), seekData)
            // Behind the last byte that is there.
            if data < 0 { break }
            let offset =
                UInt64(data) / UInt64(TemplateManifest.pieceBytes) * UInt64(TemplateManifest.pieceBytes)
            let count = Int(min(UInt64(TemplateManifest.pieceBytes), size - offset))
            let content = try read(memory.descriptor, at: offset, count: count)
            if !isZero(content[...]) {
                pieces.append(
                    TemplateManifest.Piece(
                        file: file,
                        offset: offset,
                        bytes: count,
                        digest: digest(of: content)
                    )
                )
            }
            place = offset + UInt64(count)
        }
        return pieces
    }

    /// Reads a part of a file.
    ///
    /// - Parameters:
    ///   - descriptor: the file.
    ///   - offset: where it begins.
    ///   - count: how many bytes.
    /// - Returns: exactly so many bytes.
    /// - Throws: `systemCall` when the file cannot be read or is too short.
    static func read(_ descriptor: Int32, at offset: UInt64, count: Int) throws(MicroVMError) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let some = content.withUnsafeMutableBytes {
                pread(
                    descriptor,
                    $0.baseAddress?.advanced(by: done),
                    count - done,
                    off_t(offset) + off_t(done)
                )
            }
            if some < 0, errno == EINTR { continue }
            guard some > 0 else { throw MicroVMError(systemCall: "read a piece of a template") }
            done += some
        }
        return content
    }

    /// Writes what is not zero of a piece; the file has zeroes there.
    ///
    /// - Parameters:
    ///   - content: the piece.
    ///   - descriptor: the file.
    ///   - offset: where it begins.
    /// - Throws: `systemCall` when there is no room.
    static func write(_ content: [UInt8], to descriptor: Int32, at offset: UInt64) throws(MicroVMError) {
        var place = 0
        while place < content.count {
            let page = content[place..<min(place + pageBytes, content.count)]
            defer { place = page.endIndex }
            guard !isZero(page) else { continue }
            let written = page.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset) + off_t(place))
            }
            guard written == page.count else { throw MicroVMError(systemCall: "write a piece of a template") }
        }
    }

    /// The SHA-256 of a piece, in hexadecimal digits.
    ///
    /// - Parameter content: the piece.
    /// - Returns: 64 digits.
    static func digest(of content: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = SHA256.hash(data: content).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Each byte is compared with the one before it, at the speed of the C library.
    private static func isZero(_ content: ArraySlice<UInt8>) -> Bool {
        guard content.first == 0 else { return content.isEmpty }
        return content.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return true }
            return memcmp(start, start.advanced(by: 1), bytes.count - 1) == 0
        }
    }
}
