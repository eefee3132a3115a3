internal import ClusterState
internal import Domain
internal import Logging
internal import Store

/// What comes from the directory that coordinators share.
extension CoordinatorNode {
    /// How long the directory may take to mark what has been told to it.
    private static let markPatience: Duration = .seconds(5)

    /// Something changed in the directory.
    func directoryChanged(_ change: DirectoryChange) {
        apply { $0.directoryChanged(change, at: $1) }
        wakeWaiting()
    }

    /// How long this coordinator is in touch.
    func touched(_ touch: CoordinatorTouch?) {
        cluster.touched(touch.map { DirectoryTouch(until: start.duration(to: $0.until), number: $0.number) })
    }

    /// The directory has taken that this coordinator hears a worker.
    func workerHeard(
        _ life: WorkerLife,
        record: WorkerRecord,
        hearing: DirectoryHearing,
        sessions: [SessionLife]?
    ) {
        apply {
            $0.workerHeard(life, record: record, hearing: hearing, sessions: sessions, at: $1)
        }
        wakeWaiting()
    }

    /// The directory says that a life of a worker is over.
    func workerSuperseded(_ life: WorkerLife, address: String) {
        apply { cluster, time in cluster.workerSuperseded(life, address: address, at: time) }
    }

    /// Asks the directory something on behalf of a client.
    func asked<Value: Sendable>(
        _ question: (any ClusterDirectory) async throws(StoreError) -> Value,
        of directory: any ClusterDirectory
    ) async throws(Failure) -> Value {
        do throws(StoreError) {
            return try await question(directory)
        } catch {
            logger.warning("the shared directory does not answer", metadata: ["reason": "\(error)"])
            throw Cluster.directoryAway
        }
    }

    /// Takes the mark of a lost session whose client is about to be told, so that nobody else tells it again.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - directory: the directory, which marks the session as lost in a moment.
    /// - Returns: whether there was a mark that stands for this very session.
    func markIsTaken(of session: SessionLife, from directory: any ClusterDirectory) async -> Bool {
        await wait(by: .now + Self.markPatience) { cluster in
            cluster.mark(of: session) != nil || cluster.placement(of: session.key)?.session != session
        }
        guard let mark = cluster.mark(of: session) else { return false }
        _ = try? await asked(
            { directory throws(StoreError) in try await directory.takeLoss(of: mark) },
            of: directory
        )
        cluster.entryGone(mark)
        return true
    }

    /// Waits until the directory has taken that a session has ended, so that every coordinator knows it.
    func endIsWritten(_ session: SessionLife) async {
        guard directory != nil else { return }
        await wait(by: .now + Self.markPatience) { !$0.isEndUnwritten(session) }
    }

    /// Where an identifier's session is by the newest word of the directory.
    ///
    /// - Parameters:
    ///   - key: the session's name.
    ///   - directory: the directory.
    /// - Returns: the place; nil when there is no session.
    /// - Throws: `sessionLost` when that is why there is none and nobody was told; `notReady`.
    func sharedPlacement(
        of key: SessionKey,
        in directory: any ClusterDirectory
    ) async throws(Failure) -> Placement? {
        // What another coordinator has placed a moment ago may not have been told of yet.
        if cluster.placement(of: key) == nil, cluster.lostSession(of: key) == nil,
            let entry = try await asked(
                { directory throws(StoreError) in try await directory.entry(of: key) },
                of: directory
            )
        {
            cluster.entryWritten(entry, isNew: false, at: time)
        }
        if let placement = cluster.placement(of: key) { return placement.state == .ended ? nil : placement }
        if let lost = cluster.lostSession(of: key) { try await tellLoss(lost, from: directory) }
        return nil
    }

    /// Takes the mark of a lost session; who gets it has to tell the client.
    ///
    /// - Throws: `sessionLost` when this caller got it; `notReady`.
    func tellLoss(_ lost: SessionLife, from directory: any ClusterDirectory) async throws(Failure) {
        let isMine = try await asked(
            { directory throws(StoreError) in try await directory.takeLoss(of: lost) },
            of: directory
        )
        cluster.entryGone(lost)
        if isMine { throw Cluster.lostSession }
    }
}
