import Testing

/// lz4's block format by hand (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md).
enum LZ4Block {
    /// A block of one byte, repeated: the smallest that grows to a size of at least 32.
    static func repeating(_ pattern: [UInt8], size: Int) -> [UInt8] {
        // Literals, then one match that copies from their beginning on, then five literals to end with.
        let match = size - pattern.count - 5 - 4
        var block = [UInt8(pattern.count) << 4 | 15] + pattern + [UInt8(pattern.count), 0]
        block += length(match - 15)
        let tail = (0..<5).map { pattern[(size - 5 + $0) % pattern.count] }
        return block + [5 << 4] + tail
    }

    private static func length(_ extra: Int) -> [UInt8] {
        [UInt8](repeating: 255, count: extra / 255) + [UInt8(extra % 255)]
    }

    /// Expands a sound block.
    static func expanded(_ block: [UInt8]) throws -> [UInt8] {
        var rest = block[...]
        var bytes: [UInt8] = []
        while let token = rest.popFirst() {
            let literals = total(Int(token >> 4), &rest)
            bytes += rest.prefix(literals)
            rest = rest.dropFirst(literals)
            guard let low = rest.popFirst() else { break }
            let high = rest.popFirst()
            let offset = Int(low) | Int(try #require(high)) << 8
            try #require((1...bytes.count).contains(offset))
            for _ in 0..<(total(Int(token & 15), &rest) + 4) { bytes.append(bytes[bytes.count - offset]) }
        }
        return bytes
    }

    private static func total(_ first: Int, _ rest: inout ArraySlice<UInt8>) -> Int {
        guard first == 15 else { return first }
        var total = first
        while let byte = rest.popFirst() {
            total += Int(byte)
            if byte < 255 { break }
        }
        return total
    }
}
