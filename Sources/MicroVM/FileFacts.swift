internal import Glibc

/// What tells one version of a file from another without reading it.
struct FileFacts: Hashable, Sendable, CustomStringConvertible {
    /// The size, in bytes.
    let bytes: Int64
    /// The time of the last change, in nanoseconds since 1970.
    let modified: Int64

    /// Looks at a file.
    ///
    /// - Parameter path: the file's path; links are followed.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        bytes = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    var description: String { "\(bytes) bytes of \(modified)" }
}
