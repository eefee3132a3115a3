package import Domain

/// Something to do with the files of a session.
///
/// A coordinator asks it of a worker, and the worker of the guest's agent. A transfer is one open file; its
/// number is drawn by the coordinator, so that it can be closed even when the answer to the opening is lost.
package enum FileOrder: Hashable, Sendable {
    /// Tell what is in a folder, from behind a path on, and in all folders below it if wanted.
    case list(SessionFilePath, isRecursive: Bool, after: SessionFilePath, most: Int)
    /// Tell what is at a path.
    case look(SessionFilePath)
    /// Remove a file.
    case remove(SessionFilePath)
    /// Open a file for reading.
    case openToRead(SessionFilePath, transfer: UInt64)
    /// Read from an open file; the same place may be read again.
    case read(transfer: UInt64, offset: UInt64, count: Int)
    /// Begin a new file.
    case openToWrite(SessionFilePath, transfer: UInt64)
    /// Write to the new file; the same bytes may be written again, and in any order.
    case write(transfer: UInt64, offset: UInt64, [UInt8])
    /// Give the new file its name; it must have this size.
    case commit(transfer: UInt64, size: UInt64)
    /// Forget an open file; what was written is gone.
    case close(transfer: UInt64)

    /// The open file that it is about; nil when it is about none or opens one.
    package var transfer: UInt64? {
        switch self {
        case .list, .look, .remove, .openToRead, .openToWrite: nil
        case .read(let transfer, _, _), .write(let transfer, _, _), .commit(let transfer, _),
            .close(let transfer):
            transfer
        }
    }

    /// The path that it names, if it does.
    package var path: SessionFilePath? {
        switch self {
        case .list(let path, _, _, _), .look(let path), .remove(let path), .openToRead(let path, _),
            .openToWrite(let path, _):
            path
        case .read, .write, .commit, .close: nil
        }
    }
}

/// What became of a ``FileOrder``.
package enum FileReply: Hashable, Sendable {
    /// It could not be done.
    case trouble(FileTrouble)
    /// A part of a list.
    case files(SessionFileList)
    /// What is at the path, what was opened for reading, or what was made.
    case file(SessionFile)
    /// What was read; less than was asked for only at the end of the file.
    case content(offset: UInt64, [UInt8])
    /// It is done; there is nothing more to say.
    case done

    /// Whether it can be the reply to an order: a guest may say anything.
    ///
    /// - Parameter order: the order.
    /// - Returns: whether kind, place and size are those that were asked for.
    package func fits(_ order: FileOrder) -> Bool {
        switch (order, self) {
        case (_, .trouble): true
        case (.list(_, _, _, let most), .files(let list)): list.files.count <= most
        case (.look, .file), (.openToRead, .file), (.commit, .file): true
        case (.read(_, let offset, let count), .content(let place, let bytes)):
            place == offset && bytes.count <= count
        case (.remove, .done), (.openToWrite, .done), (.write, .done), (.close, .done): true
        default: false
        }
    }
}

/// Do something with the files of a session.
package struct FileRequest: Hashable, Sendable {
    /// The session.
    package var session: SessionLife
    /// Whether the session is made if it does not exist.
    package var mayCreate: Bool
    /// The pool of the session.
    package var pool: PoolConfiguration
    /// What to do.
    package var order: FileOrder
    /// How long the answer may take.
    package var wait: Duration

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - mayCreate: whether the session is made if it does not exist.
    ///   - pool: the pool of the session.
    ///   - order: what to do.
    ///   - wait: how long the answer may take.
    package init(
        session: SessionLife,
        mayCreate: Bool,
        pool: PoolConfiguration,
        order: FileOrder,
        wait: Duration
    ) {
        self.session = session
        self.mayCreate = mayCreate
        self.pool = pool
        self.order = order
        self.wait = wait
    }
}
