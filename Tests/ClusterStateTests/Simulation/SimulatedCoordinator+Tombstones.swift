import ClusterState
import Domain

/// Tombstones on their way into the directory, or into the store of a coordinator that is alone.
extension SimulatedCoordinator {
    static func makeRecord(_ tombstone: Tombstone) -> EndedSessionRecord {
        EndedSessionRecord(
            session: tombstone.session,
            cause: tombstone.cause,
            epochMilliseconds: tombstone.time.epochMilliseconds,
            worker: tombstone.worker.worker
        )
    }

    func record() {
        guard let directory, !isRecording, !unrecorded.isEmpty else { return }
        isRecording = true
        let batch = unrecorded
        let later: () -> Void = { [self] in
            isRecording = false
            simulation.after(simulation.settings.scaled(250)) { [self] in if isRunning { record() } }
        }
        let lost = batch.filter { $0.cause == .workerLost }
        directory.end(lost.map(Self.makeRecord), isLoss: true) { [self] isDone in
            guard isDone != nil else { return later() }
            directory.end(batch.filter { $0.cause != .workerLost }.map(Self.makeRecord)) { [self] isDone in
                guard isDone != nil else { return later() }
                isRecording = false
                unrecorded.removeFirst(batch.count)
                cluster.endsWritten(batch.map(\.session))
                record()
            }
        }
    }
}
