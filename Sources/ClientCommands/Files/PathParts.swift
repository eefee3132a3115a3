/// The names in a path, as the kernel sees them.
enum PathParts {
    /// Splits a path at its slashes.
    ///
    /// By bytes: a slash with a combining mark behind it is one character to Swift, and still a slash to the kernel.
    ///
    /// - Parameter path: the path.
    /// - Returns: the names; empty ones are left out.
    static func of(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }
}
