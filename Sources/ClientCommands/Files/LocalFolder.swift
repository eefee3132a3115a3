internal import Domain
internal import Glibc

/// A folder on this machine into which files of a session go, and never beside it.
///
/// Folders below are opened one after the other without following links, so no name leads out of it.
final class LocalFolder: Sendable {
    private let descriptor: Int32

    /// Opens a folder; it is made if it is not there.
    ///
    /// - Parameter path: the folder, as the person names it; links in it are followed.
    /// - Throws: `invalidConfiguration` when it cannot be had.
    init(making path: String) throws(Failure) {
        if mkdir(path, 0o777) != 0, errno != EEXIST { try StateDirectory.makeFolder(path) }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.trouble("The folder \(path) cannot be used") }
    }

    private init(of descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Opens a folder below; it is made if it is not there.
    ///
    /// - Parameter names: the folders on the way.
    /// - Returns: the last of them.
    /// - Throws: `invalidConfiguration` when one cannot be made, or is a link or a file.
    func below(_ names: some Sequence<String>) throws(Failure) -> LocalFolder {
        var folder = self
        for name in names {
            try Self.check(name)
            _ = mkdirat(folder.descriptor, name, 0o777)
            let next = openat(folder.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else { throw Self.trouble("The folder \(name) cannot be used") }
            folder = LocalFolder(of: next)
        }
        return folder
    }

    /// Begins a file, which has a hidden name until it is complete.
    ///
    /// - Parameter name: the file's name to be.
    /// - Returns: the file, to be written and kept.
    /// - Throws: `invalidConfiguration` when it cannot be made.
    func draft(of name: String) throws(Failure) -> LocalDraft {
        try Self.check(name)
        let hidden = ".cloister-\(UInt64.random(in: 0...UInt64.max))"
        let file = openat(descriptor, hidden, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw Self.trouble("\(name) cannot be written") }
        return LocalDraft(folder: self, file: file, hidden: hidden, name: name)
    }

    /// The last line of defence: whatever a name went through before, here it is one name below this folder.
    private static func check(_ name: String) throws(Failure) {
        let isName =
            !name.isEmpty && name != "." && name != ".."
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
        guard isName else {
            throw Failure(.filePathInvalid, "A file of the session has a name that no file can have here.")
        }
    }

    /// Whether there is something of a name already.
    ///
    /// - Parameter names: the folders on the way and the name.
    /// - Returns: whether there is.
    func has(_ names: [String]) -> Bool {
        var status = stat()
        return fstatat(descriptor, names.joined(separator: "/"), &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    fileprivate func rename(_ hidden: String, to name: String, replacing: Bool) throws(Failure) -> Bool {
        // A second name is refused where there is one already, a new name takes its place.
        let result =
            replacing
            ? renameat(descriptor, hidden, descriptor, name) : linkat(descriptor, hidden, descriptor, name, 0)
        if result == 0 {
            if !replacing { remove(hidden) }
            return true
        }
        guard errno == EEXIST, !replacing else { throw Self.trouble("\(name) cannot be written") }
        return false
    }

    fileprivate func remove(_ hidden: String) { unlinkat(descriptor, hidden, 0) }

    fileprivate static func trouble(_ sentence: String) -> Failure {
        Failure(.invalidConfiguration, "\(sentence): \(String(cString: strerror(errno))).")
    }
}

/// A file that is not complete yet; it is gone unless it is kept.
final class LocalDraft: Sendable {
    private let folder: LocalFolder
    private let file: Int32
    private let hidden: String
    private let name: String

    fileprivate init(folder: LocalFolder, file: Int32, hidden: String, name: String) {
        self.folder = folder
        self.file = file
        self.hidden = hidden
        self.name = name
    }

    deinit {
        close(file)
        // When it was kept there is nothing of this name any more.
        folder.remove(hidden)
    }

    /// Writes the next bytes.
    ///
    /// - Parameter bytes: what to write.
    /// - Throws: `invalidConfiguration` when the disk does not take them.
    func write(_ bytes: [UInt8]) async throws(Failure) {
        let (file, name) = (file, name)
        try await BackgroundCall.result { () throws(Failure) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                guard count > 0 || errno == EINTR else {
                    throw LocalFolder.trouble("\(name) cannot be written")
                }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// Gives the complete file its name.
    ///
    /// - Parameter replacing: whether it takes the place of another of that name.
    /// - Returns: whether it has the name now; not when there is another and it stays.
    /// - Throws: `invalidConfiguration` when that cannot be done.
    func keep(replacing: Bool) throws(Failure) -> Bool {
        try folder.rename(hidden, to: name, replacing: replacing)
    }
}
