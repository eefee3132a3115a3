internal import Domain
internal import Glibc

/// The files below a folder of this machine.
enum LocalTree {
    /// More than a session's files; a greater folder is an accident.
    private static let filesMax = 100_000

    /// Finds all files below a folder; links are not followed.
    ///
    /// - Parameter folder: the folder.
    /// - Returns: their paths from the folder on, in their order.
    /// - Throws: `fileNotFound` when a folder cannot be read, `payloadTooLarge` when there are too many.
    static func files(below folder: String) async throws(Failure) -> [String] {
        try await BackgroundCall.result { () throws(Failure) in
            var found: [String] = []
            var open = [""]
            while let prefix = open.popLast() {
                for name in try names(in: folder + "/" + prefix) {
                    var status = stat()
                    guard lstat("\(folder)/\(prefix)\(name)", &status) == 0 else { continue }
                    if status.st_mode & S_IFMT == S_IFDIR { open.append("\(prefix)\(name)/") }
                    if status.st_mode & S_IFMT == S_IFREG { found.append(prefix + name) }
                    guard found.count + open.count <= filesMax else {
                        throw Failure(.payloadTooLarge, "\(folder) has more than \(filesMax) files.")
                    }
                }
            }
            return found.sorted()
        }
    }

    /// Whether a path is that of a folder.
    ///
    /// - Parameter path: the path; links are followed.
    /// - Returns: whether it is.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func names(in folder: String) throws(Failure) -> [String] {
        guard let stream = opendir(folder) else {
            throw Failure(.fileNotFound, "\(folder) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
