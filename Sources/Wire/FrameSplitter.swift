/// Cuts a stream of bytes into frames: four bytes of length, little endian, then the frame.
package struct FrameSplitter: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    /// Begins with an empty stream.
    package init() {}

    /// Puts a frame's length before it.
    ///
    /// - Parameter frame: the frame.
    /// - Returns: the bytes for the stream.
    package static func framed(_ frame: [UInt8]) -> [UInt8] {
        let length = UInt32(frame.count)
        return [
            UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8),
            UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 24),
        ] + frame
    }

    /// Adds bytes that arrived.
    ///
    /// - Parameter bytes: the bytes, in order.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// Takes the next frame out, if it is whole.
    ///
    /// - Returns: the frame without its length, or nil when more bytes are needed.
    /// - Throws: `tooLarge` when the declared length is over the limit; the stream is of no use then.
    package mutating func next() throws(WireError) -> [UInt8]? {
        guard buffer.count - start >= 4 else { return nil }
        let length =
            Int(buffer[start]) | Int(buffer[start + 1]) << 8 | Int(buffer[start + 2]) << 16
            | Int(buffer[start + 3]) << 24
        guard length <= WireLimits.frameBytes else {
            throw WireError(.tooLarge, "A frame of \(length) bytes is over the limit.")
        }
        guard buffer.count - start >= 4 + length else { return nil }
        let frame = Array(buffer[(start + 4)..<(start + 4 + length)])
        start += 4 + length
        // Bytes already handed out are dropped when they are the greater part: what is moved then is
        // never more than what was handed out, so all moves together cost no more than the bytes.
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 16)
            start = 0
        } else if start > max(1 << 16, buffer.count - start) {
            buffer.removeFirst(start)
            start = 0
        }
        return frame
    }
}
