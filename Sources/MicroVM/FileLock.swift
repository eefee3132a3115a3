internal import Glibc

/// A lock that processes of one machine share through a file; it is let go when the object goes.
final class FileLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // A child that is just being spawned has a copy of the descriptor until it runs its program.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Waits until nobody else holds the lock.
    ///
    /// The wait looks again every 50 ms: the system's own wait blocks a thread and cannot be
    /// cancelled, and what is waited for here (another worker's build) takes seconds.
    ///
    /// - Parameters:
    ///   - path: the lock file; made when missing.
    ///   - deadline: when to give up.
    ///   - waiting: called once when somebody else holds it.
    /// - Returns: the lock, held alone.
    /// - Throws: `deadlineExceeded`, `cancelled` or `systemCall`.
    static func exclusive(
        _ path: String,
        by deadline: ContinuousClock.Instant,
        waiting: () -> Void = {}
    ) async throws(MicroVMError) -> FileLock {
        let lock = try FileLock(opening: path)
        if flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0 { return lock }
        waiting()
        while flock(lock.descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw MicroVMError(systemCall: "lock \(path)")
            }
            guard ContinuousClock.now < deadline else {
                throw MicroVMError(.deadlineExceeded, "Somebody else held the lock \(path) for too long.")
            }
            do {
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                throw MicroVMError(.cancelled, "The wait for the lock \(path) was cancelled.")
            }
        }
        return lock
    }

    /// Takes the lock if nobody holds it.
    ///
    /// - Parameter path: the lock file; made when missing.
    /// - Returns: the lock, held alone, or nil when somebody else holds it.
    static func exclusiveNow(_ path: String) -> FileLock? {
        guard let lock = try? FileLock(opening: path), flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            return nil
        }
        return lock
    }

    /// Takes the lock together with others; nobody can hold it alone meanwhile.
    ///
    /// - Parameter path: the lock file; made when missing, and marked as used now.
    /// - Returns: the lock.
    /// - Throws: `systemCall` when somebody holds it alone.
    static func shared(_ path: String) throws(MicroVMError) -> FileLock {
        let lock = try FileLock(opening: path)
        guard flock(lock.descriptor, LOCK_SH | LOCK_NB) == 0 else {
            throw MicroVMError(systemCall: "share the lock \(path)")
        }
        futimens(lock.descriptor, nil)
        return lock
    }

    private convenience init(opening path: String) throws(MicroVMError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw MicroVMError(systemCall: "open the lock \(path)") }
        self.init(descriptor: descriptor)
    }
}
