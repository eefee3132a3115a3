package import Domain

/// What operators do with workers.
package protocol NodeControl: Sendable {
    /// Lets a worker get no new sessions, over all restarts, until ``undrain(_:)``.
    ///
    /// - Parameters:
    ///   - name: the worker.
    ///   - deadline: after how much time the sessions that are left are ended; nil lets them run out. Who drains again
    ///     changes that.
    /// - Throws: `resourceNotFound` when there is no such worker, `notReady` when the wish could not be kept.
    func drain(_ name: String, within deadline: Duration?) async throws(Failure)

    /// Lets a worker get new sessions again; nothing changes for one that does.
    ///
    /// - Parameter name: the worker.
    /// - Throws: as ``drain(_:within:)`` does.
    func undrain(_ name: String) async throws(Failure)

    /// Forgets a worker that is lost or drained.
    ///
    /// - Parameter name: the worker.
    /// - Throws: `nodeInUse` for one that serves; else as ``drain(_:within:)`` does.
    func remove(_ name: String) async throws(Failure)
}
