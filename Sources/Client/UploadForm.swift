internal import NIOCore

/// A form with one file in it, as a sequence of bytes that is made while it is sent.
struct UploadForm<Pieces: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Pieces.Element == ByteBuffer {
    let head: ByteBuffer
    let pieces: Pieces
    let tail: ByteBuffer

    /// How many bytes there are around the file.
    var frameBytes: Int { head.readableBytes + tail.readableBytes }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var head: ByteBuffer?
        fileprivate var pieces: Pieces.AsyncIterator
        fileprivate var tail: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? { try await next(isolation: nil) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            if let first = head {
                head = nil
                return first
            }
            if let piece = try await pieces.next(isolation: actor) { return piece }
            defer { tail = nil }
            return tail
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(head: head, pieces: pieces.makeAsyncIterator(), tail: tail)
    }
}
