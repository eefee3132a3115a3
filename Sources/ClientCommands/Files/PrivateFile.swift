internal import Domain
internal import Glibc

/// Files that nobody but their owner reads.
enum PrivateFile {
    /// Writes a file, all of it or nothing, with mode 0600; its folder is made with mode 0700.
    ///
    /// - Parameters:
    ///   - content: what is in it.
    ///   - path: the file; another one there is replaced.
    /// - Throws: `invalidConfiguration` when it cannot be written.
    static func write(_ content: [UInt8], to path: String) throws(Failure) {
        if let slash = path.lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
        let draft = "\(path).\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw trouble(path) }
        var rest = content[...]
        var isWritten = true
        while isWritten, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            isWritten = count > 0 || errno == EINTR
            rest = rest.dropFirst(max(0, count))
        }
        isWritten = isWritten && fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        isWritten = close(descriptor) == 0 && isWritten && rename(draft, path) == 0
        guard isWritten else {
            let failure = trouble(path)
            unlink(draft)
            throw failure
        }
    }

    private static func makeFolder(_ path: String) throws(Failure) {
        var current = path.hasPrefix("/") ? "" : "."
        for part in PathParts.of(path) {
            current += "/" + part
            guard mkdir(current, 0o700) == 0 || errno == EEXIST else { throw trouble(current) }
        }
    }

    private static func trouble(_ path: String) -> Failure {
        Failure(.invalidConfiguration, "\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
}
