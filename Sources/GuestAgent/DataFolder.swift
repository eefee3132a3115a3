internal import CLinux
internal import Domain
internal import Glibc

/// The folder of the session's files.
///
/// Every path is resolved below it by the kernel.
/// The session's code may change anything below the folder at any moment, so nothing that was looked at is
/// believed later: what is used is always the descriptor that was looked at.
struct DataFolder: ~Copyable {
    /// The user `session` of the image, and its group.
    private static let sessionUser: UInt32 = 1_000
    /// Who may read and write a new file.
    private static let fileMode: UInt32 = 0o644
    private static let folderMode: mode_t = 0o755

    /// A descriptor that stands for a place and gives no access to what is there.
    private static let place = Int32(CLOISTER_PLACE_ONLY)

    private let root: Descriptor

    /// Opens the folder.
    ///
    /// - Throws: an error when the image lacks it.
    init() throws(GuestError) {
        root = try Descriptor(opening: SessionFilePath.root, Self.place | O_DIRECTORY)
    }

    /// Does something with the rights of the session's user.
    ///
    /// - Parameter body: what to do.
    /// - Returns: what it returns.
    /// - Throws: what it throws.
    func asSession<Value: ~Copyable>(
        _ body: () throws(FileTrouble) -> Value
    ) throws(FileTrouble) -> Value {
        cloister_act_on_files_as(Self.sessionUser)
        defer { cloister_act_on_files_as(0) }
        return try body()
    }

    /// Opens what is at a path.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - flags: as for open(2).
    /// - Returns: the descriptor.
    /// - Throws: why it cannot be opened.
    func open(_ path: SessionFilePath, _ flags: Int32) throws(FileTrouble) -> Descriptor {
        let text = path.names.isEmpty ? "." : path.text
        return try Self.taken(cloister_open_below(root.number, text, flags, Self.fileMode))
    }

    /// Tells what is at a path.
    ///
    /// - Parameter path: the path.
    /// - Returns: what is there.
    /// - Throws: `notAFile` when it is neither file nor folder, or why it cannot be told.
    func look(at path: SessionFilePath) throws(FileTrouble) -> SessionFile {
        try Self.description(of: try open(path, Self.place), path)
    }

    /// Opens a file for reading; what is no regular file is never opened.
    ///
    /// - Parameter path: the path.
    /// - Returns: the file.
    /// - Throws: why it cannot be opened.
    func openToRead(_ path: SessionFilePath) throws(FileTrouble) -> Descriptor {
        let found = try open(path, Self.place)
        guard try !Self.description(of: found, path).isFolder else { throw .notAFile }
        // By its descriptor: by now another file may have the name. Without waiting for one who has a lease on it.
        let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC
        return try Self.taken(Self.result(Glibc.open("/proc/self/fd/\(found.number)", flags)))
    }

    /// Removes a file or a link.
    ///
    /// - Parameter path: the path.
    /// - Throws: why it cannot be removed.
    func remove(_ path: SessionFilePath) throws(FileTrouble) {
        guard !path.names.isEmpty else { throw .notAFile }
        let folder = try open(path.folder, Self.place | O_DIRECTORY)
        var status = stat()
        try Self.check(fstatat(folder.number, path.name, &status, AT_SYMLINK_NOFOLLOW))
        guard [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else { throw .notAFile }
        try Self.check(unlinkat(folder.number, path.name, 0))
    }

    /// Begins a file that has no name of its own yet.
    ///
    /// - Parameter name: its name for the time being, directly in the data folder.
    /// - Returns: the file.
    /// - Throws: why it cannot be made.
    func create(_ name: String) throws(FileTrouble) -> Descriptor {
        try Self.taken(
            cloister_open_below(root.number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, Self.fileMode)
        )
    }

    /// Removes a file that got no name of its own.
    ///
    /// - Parameter name: its name for the time being.
    func discard(_ name: String) { unlinkat(root.number, name, 0) }

    /// Checks whether a file can get a path, as far as one can know before.
    ///
    /// - Parameter path: the path.
    /// - Throws: why it cannot.
    func requireFree(_ path: SessionFilePath) throws(FileTrouble) {
        guard !path.names.isEmpty else { throw .notAFile }
        do throws(FileTrouble) {
            guard try !look(at: path).isFolder else { throw .notAFile }
        } catch  where error == .notFound {
            // Free, or a folder is missing that will be made.
        }
    }

    /// Gives a file its own name, and makes the folders on the way.
    ///
    /// - Parameters:
    ///   - name: its name for the time being.
    ///   - path: the path that it shall have.
    /// - Throws: why it cannot have it.
    func rename(_ name: String, to path: SessionFilePath) throws(FileTrouble) {
        try requireFree(path)
        let folder = try openOrMake(path.folder)
        try Self.check(renameat(root.number, name, folder.number, path.name))
    }

    private func openOrMake(_ folder: SessionFilePath) throws(FileTrouble) -> Descriptor {
        do throws(FileTrouble) {
            return try open(folder, Self.place | O_DIRECTORY)
        } catch  where error == .notFound && !folder.names.isEmpty {
            let parent = try openOrMake(folder.folder)
            guard mkdirat(parent.number, folder.name, Self.folderMode) == 0 || errno == EEXIST else {
                throw Self.trouble(errno)
            }
            return try open(folder, Self.place | O_DIRECTORY)
        }
    }
}

/// What the system says.
extension DataFolder {
    /// Describes an open file or folder.
    ///
    /// - Parameters:
    ///   - descriptor: the open file or folder.
    ///   - path: its path.
    /// - Returns: the description.
    /// - Throws: `notAFile` when it is neither.
    static func description(
        of descriptor: borrowing Descriptor,
        _ path: SessionFilePath
    ) throws(FileTrouble) -> SessionFile {
        var status = stat()
        try check(fstat(descriptor.number, &status))
        guard let file = description(of: status, path) else { throw .notAFile }
        return file
    }

    /// Describes a file or folder.
    ///
    /// - Parameters:
    ///   - status: what the system says.
    ///   - path: its path.
    /// - Returns: the description; nil when it is neither.
    static func description(of status: stat, _ path: SessionFilePath) -> SessionFile? {
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else { return nil }
        return SessionFile(
            path: path,
            isFolder: kind == S_IFDIR,
            size: Int(status.st_size),
            modified: Int64(clamping: status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
                .partialValue &+ Int64(status.st_mtim.tv_nsec)
        )
    }

    /// Turns the result of a call into trouble if it failed.
    ///
    /// - Parameter result: what the call returned.
    /// - Throws: what went wrong.
    static func check(_ result: Int32) throws(FileTrouble) { if result < 0 { throw trouble(errno) } }

    private static func result(_ result: Int32) -> Int32 { result >= 0 ? result : -errno }

    private static func taken(_ result: Int32) throws(FileTrouble) -> Descriptor {
        guard result >= 0 else { throw trouble(-result) }
        guard let descriptor = try? Descriptor(taking: result) else { throw .tooMany }
        return descriptor
    }

    /// The trouble that an error of the system means.
    ///
    /// - Parameter error: the error's number.
    /// - Returns: the trouble.
    static func trouble(_ error: Int32) -> FileTrouble {
        switch error {
        case ENOENT: .notFound
        case ENOTDIR: .notAFolder
        case EISDIR, ENXIO, ENODEV: .notAFile
        case EXDEV, ELOOP, EAGAIN: .leadsOut
        case EACCES, EPERM, EROFS: .notPermitted
        case ENOSPC, EDQUOT, ENOMEM, EFBIG: .full
        case EMFILE, ENFILE: .tooMany
        case ENAMETOOLONG: .nameTooLong
        default: .broken
        }
    }
}
