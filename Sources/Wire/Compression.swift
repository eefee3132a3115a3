internal import CLZ4

/// lz4's block format, for payloads that are worth it.
enum LZ4 {
    /// Compresses bytes.
    ///
    /// - Parameter bytes: what to compress.
    /// - Returns: the block, or nil when it would not be smaller.
    static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        let bound = bytes.count - 1
        guard bound > 0, bytes.count <= Int(Int32.max) else { return nil }
        var written: Int32 = 0
        let block = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            written = target.withMemoryRebound(to: CChar.self) { target in
                bytes.withUnsafeBytes { source in
                    LZ4_compress_default(
                        source.baseAddress?.assumingMemoryBound(to: CChar.self),
                        target.baseAddress,
                        Int32(bytes.count),
                        Int32(bound)
                    )
                }
            }
            count = max(0, Int(written))
        }
        return written > 0 ? block : nil
    }

    /// Takes a block apart again.
    ///
    /// - Parameters:
    ///   - block: the compressed bytes.
    ///   - size: the size that the sender declared, already checked against the limit.
    /// - Returns: the original bytes.
    /// - Throws: `malformed` when the block is damaged or has another size.
    static func decompressed(_ block: [UInt8], size: Int) throws(WireError) -> [UInt8] {
        var written: Int32 = -1
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            written = target.withMemoryRebound(to: CChar.self) { target in
                block.withUnsafeBytes { source in
                    LZ4_decompress_safe(
                        source.baseAddress?.assumingMemoryBound(to: CChar.self),
                        target.baseAddress,
                        Int32(block.count),
                        Int32(size)
                    )
                }
            }
            count = max(0, Int(written))
        }
        guard Int(written) == size else {
            throw WireError(.malformed, "A compressed payload is damaged.")
        }
        return bytes
    }
}
