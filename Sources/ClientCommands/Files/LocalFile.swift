internal import Domain
internal import Glibc
internal import NIOCore

/// A file of this machine that is read piece by piece.
final class LocalFile: Sendable {
    private static let pieceBytes = 256 << 10

    /// How many bytes there are.
    let size: Int
    private let descriptor: Int32
    private let path: String
    private let note: @Sendable (Int) -> Void

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - note: told of the pieces that were read, by their size in bytes.
    /// - Throws: `fileNotFound` when it cannot be read or is no file.
    init(_ path: String, note: @escaping @Sendable (Int) -> Void) throws(Failure) {
        // Non-blocking, or a named pipe would hold the program before it is looked at.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        self.path = path
        self.note = note
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            size = 0
            throw Failure(.fileNotFound, "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        size = Int(status.st_size)
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw Failure(.fileNotFound, "\(path) is \(isFolder ? "a folder: give -r" : "no file").")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    fileprivate func piece(most: Int) async throws(Failure) -> ByteBuffer {
        let bytes = try await BackgroundCall.result { () throws(Failure) in
            var bytes = [UInt8](repeating: 0, count: Swift.min(Self.pieceBytes, most))
            let count = read(self.descriptor, &bytes, bytes.count)
            guard count > 0 else {
                throw Failure(.fileNotFound, "\(self.path) cannot be read to its end; did it get shorter?")
            }
            return Array(bytes.prefix(count))
        }
        note(bytes.count)
        return ByteBuffer(bytes: bytes)
    }
}

/// The pieces of a file, read when they are wanted.
struct LocalPieces: AsyncSequence, Sendable {
    /// The file.
    let file: LocalFile

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let file: LocalFile
        fileprivate var left: Int

        mutating func next() async throws -> ByteBuffer? {
            guard left > 0 else { return nil }
            let piece = try await file.piece(most: left)
            left -= piece.readableBytes
            return piece
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: file, left: file.size) }
}
