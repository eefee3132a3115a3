internal import Glibc

/// Makes paths independent of the folder that the program was started in.
package enum AbsolutePath {
    /// The absolute form of a path; links stay as they are.
    ///
    /// - Parameter path: the path as given.
    /// - Returns: the same place, from the root on.
    package static func of(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
