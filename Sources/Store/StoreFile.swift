internal import GRDB
internal import Glibc

/// The file of a store, with those that SQLite puts beside it, and what is said when it cannot be used.
struct StoreFile: Sendable {
    let path: String

    /// The write-ahead log and its index.
    private var companions: [String] { [path + "-wal", path + "-shm"] }

    /// Opens the file, making or migrating it; it blocks.
    func open(busyTime: Duration) throws(StoreError) -> DatabasePool {
        let isNew = try claim()
        do {
            if !isNew { try check(busyTime: busyTime) }
            var configuration = Self.configuration(busyTime: busyTime)
            configuration.maximumReaderCount = 4
            let pool = try DatabasePool(path: path, configuration: configuration)
            try StoreSchema.migrator.migrate(pool)
            return pool
        } catch {
            throw explain(error)
        }
    }

    private static func configuration(busyTime: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.label = "store"
        configuration.busyMode = .timeout(busyTime / .seconds(1))
        configuration.prepareDatabase { db in
            // After a burst the log shrinks again; nothing in a file that came from elsewhere runs; the kernel keeps
            // the file's pages, so that a connection needs few of its own (SQLite would take 2 MB each).
            try db.execute(
                sql: """
                    PRAGMA journal_size_limit = 4194304; PRAGMA trusted_schema = OFF;
                    PRAGMA cache_size = -256;
                    """
            )
        }
        return configuration
    }

    /// Looks at an existing file before anything is changed in it.
    private func check(busyTime: Duration) throws {
        var configuration = Self.configuration(busyTime: busyTime)
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { db in try StoreSchema.check(db, file: self) }
        try queue.close()
    }

    /// Makes the file unless it is there, and takes it away from everybody else.
    ///
    /// An existing file is never opened here: closing it again would give up the locks that SQLite may
    /// hold on it in this process.
    private func claim() throws(StoreError) -> Bool {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            // SQLite gives the files beside it the same mode.
            let isOurs = fchmod(descriptor, 0o600) == 0
            Glibc.close(descriptor)
            guard isOurs else { throw unusable(errno) }
            return true
        }
        guard errno == EEXIST else { throw unusable(errno) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw unusable(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.unusable, "The store \(path) is not a file. Name a file for it.")
        }
        for file in [path] + companions where chmod(file, 0o600) != 0 && errno != ENOENT {
            throw unusable(errno)
        }
        return status.st_size == 0
    }
}

/// What is said.
extension StoreFile {
    /// The way to an empty store, and what it costs.
    private var remedy: String {
        "To begin with an empty store, move \(path) away, and \(path)-wal and \(path)-shm with it: "
            + "the records of ended sessions and the made API keys are lost, no running session is touched."
    }

    /// A database of something else.
    var foreign: StoreError {
        StoreError(.foreign, "\(path) is a database, but not a store of Cloister. Name another file for it.")
    }

    /// A store of a later version.
    var newer: StoreError {
        StoreError(
            .newerSchema,
            "The store \(path) was written by a newer version of Cloister. "
                + "Run that version or a later one. \(remedy)"
        )
    }

    /// A store that cannot be trusted.
    func damaged(_ finding: String) -> StoreError {
        StoreError(
            .damaged,
            "The store \(path) is damaged or is none (\(finding)). Put a sound copy in its place. \(remedy)"
        )
    }

    private func unusable(_ code: Int32) -> StoreError {
        StoreError(
            .unusable,
            "The store \(path) cannot be used: \(String(cString: strerror(code))). "
                + "Its folder must exist, and both must belong to the user that runs the coordinator."
        )
    }

    /// Tells an error of the database as one of ours.
    func explain(_ error: any Error) -> StoreError {
        if let error = error as? StoreError { return error }
        guard let error = error as? DatabaseError else {
            return StoreError(.failed, "The store \(path) failed: \(error).")
        }
        let reason = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: return damaged(reason)
        case .SQLITE_FULL:
            return StoreError(.full, "The disk with the store \(path) is full. Make room on it.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StoreError(
                .busy,
                "Another process holds the store \(path) for too long. End what else uses the file."
            )
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            return StoreError(
                .unusable,
                "The store \(path) cannot be used (\(reason)). "
                    + "It and its folder must be writable for the user that runs the coordinator."
            )
        case .SQLITE_MISUSE: return .closed
        default:
            return StoreError(
                .failed,
                "The store \(path) failed (\(error.extendedResultCode.rawValue): \(reason)). "
                    + "Look at its disk."
            )
        }
    }
}
