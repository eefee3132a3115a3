internal import Glibc

/// Why the audit log's file cannot be used; for the operator.
package struct AuditFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    package let path: String
    /// What is wrong with it.
    package let message: String

    package var description: String { "The audit log \(path): \(message)." }
}

/// The file of the audit log, with what of a batch of lines is not yet in it.
struct AuditFile: ~Copyable {
    private let path: String
    private let mustBeRegular: Bool
    private var descriptor: Int32
    private var batch: [UInt8] = []
    private var written = 0

    init(path: String, mustBeRegular: Bool = true) throws(AuditFileError) {
        descriptor = try Self.opened(path, mustBeRegular: mustBeRegular)
        self.path = path
        self.mustBeRegular = mustBeRegular
    }

    deinit { close(descriptor) }

    /// Whether a part of the batch is still to be written.
    var hasRest: Bool { written < batch.count }

    /// Takes the next batch of whole lines.
    mutating func take(_ lines: [UInt8]) {
        batch = lines
        written = 0
    }

    /// Writes what is left of the batch.
    ///
    /// - Returns: why it is not all written; nil when it is.
    mutating func writeRest() -> AuditFileError? {
        while hasRest {
            let count = batch[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return Self.error(path) }
            written += count
        }
        return nil
    }

    /// Goes on in the file that has the name now; a line of which only a part was written begins anew there.
    mutating func reopen() throws(AuditFileError) {
        let next = try Self.opened(path, mustBeRegular: mustBeRegular)
        close(descriptor)
        descriptor = next
        guard hasRest else { return }
        written = (batch[..<written].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }

    private static func opened(_ path: String, mustBeRegular: Bool) throws(AuditFileError) -> Int32 {
        // Non-blocking, or a named pipe at this place would hold the start for ever.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw error(path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG || !mustBeRegular else {
            close(descriptor)
            throw AuditFileError(path: path, message: "it is not a regular file")
        }
        return descriptor
    }

    private static func error(_ path: String) -> AuditFileError {
        AuditFileError(path: path, message: String(cString: strerror(errno)))
    }
}
