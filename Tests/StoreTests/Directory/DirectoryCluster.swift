import Domain
import EtcdServer
import Logging
import Synchronization

@testable import Etcd
@testable import Store

/// One etcd for the tests that do not disturb it; each has a cluster of its own in it.
actor TestEtcd {
    static let only = TestEtcd()

    private var starting: Task<EtcdServer, any Error>?

    func server() async throws -> EtcdServer {
        if let starting { return try await starting.value }
        let task = Task { try await EtcdServer() }
        starting = task
        return try await task.value
    }
}

/// What a coordinator was told.
final class ChangeLog: Sendable {
    private struct State {
        var changes: [DirectoryChange] = []
        var snapshot = DirectorySnapshot()
        var hasEnded = false
    }

    private let state = Mutex(State())

    func add(_ change: DirectoryChange) {
        state.withLock { state in
            state.changes.append(change)
            apply(change.kind, &state.snapshot)
        }
    }

    func end() { state.withLock { $0.hasEnded = true } }

    var changes: [DirectoryChange] { state.withLock { $0.changes } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }
    /// What all changes together say.
    var snapshot: DirectorySnapshot { state.withLock { $0.snapshot } }
    /// Up to which revision all was told.
    var revision: UInt64 { changes.last { $0.kind == .progress }?.revision ?? 0 }
    /// How often everything was told.
    var snapshotCount: Int {
        changes.count { if case .everything = $0.kind { true } else { false } }
    }

    private func apply(_ kind: DirectoryChange.Kind, _ snapshot: inout DirectorySnapshot) {
        switch kind {
        case .everything(let all): snapshot = all
        case .session(let key, let entry):
            snapshot.sessions.removeAll { $0.session.key == key }
            if let entry { snapshot.sessions.append(entry) }
        case .worker(let id, let record):
            snapshot.workers.removeAll { $0.life.worker == id }
            if let record { snapshot.workers.append(record) }
        case .hears(let id, let coordinator, let life): snapshot.hears[id, default: [:]][coordinator] = life
        case .coordinator(let name, let record):
            snapshot.coordinators.removeAll { $0.name == name }
            if let record { snapshot.coordinators.append(record) }
        case .inTouch(let name, true): snapshot.inTouch.insert(name)
        case .inTouch(let name, false): snapshot.inTouch.remove(name)
        case .progress: break
        }
    }
}

/// A coordinator's directory that runs, and what it was told.
struct RunningDirectory: Sendable {
    let directory: EtcdDirectory
    let log: ChangeLog
    private let running: Task<StoreError?, Never>

    /// Begins to run.
    init(_ directory: EtcdDirectory) {
        let log = ChangeLog()
        self.log = log
        self.directory = directory
        running = Task {
            await withTaskGroup(of: StoreError?.self) { group in
                group.addTask {
                    for await change in directory.changes { log.add(change) }
                    log.end()
                    return nil
                }
                group.addTask {
                    do throws(StoreError) { try await directory.run() } catch { return error }
                    return nil
                }
                return await group.reduce(into: nil) { failure, next in failure = failure ?? next }
            }
        }
    }

    var isInTouch: Bool {
        get async { await directory.inTouchUntil.map { $0 > .now } ?? false }
    }

    /// Ends it as an orderly shutdown does.
    ///
    /// - Returns: why it ended by itself.
    @discardableResult
    func stop() async -> StoreError? {
        running.cancel()
        return await running.value
    }

    /// Why it ended by itself.
    func end() async -> StoreError? { await running.value }
}

/// A cluster of coordinators with one etcd.
struct DirectoryCluster: Sendable {
    let server: EtcdServer
    let client: EtcdClient
    let name: String

    /// Lends a new cluster.
    static func with(
        _ server: EtcdServer? = nil,
        _ body: (DirectoryCluster) async throws -> Void
    ) async throws {
        let used: EtcdServer
        if let server { used = server } else { used = try await TestEtcd.only.server() }
        try await used.withClient { client in
            try await body(
                DirectoryCluster(
                    server: used,
                    client: client,
                    name: "c\(UInt32.random(in: 0...UInt32.max))"
                )
            )
        }
    }

    /// A directory that does not run.
    func directory(
        _ coordinator: String,
        incarnation: UInt64 = 1,
        leaseSeconds: Int = 5,
        client: EtcdClient? = nil,
        patience: Duration = .seconds(30)
    ) -> EtcdDirectory {
        EtcdDirectory(
            client ?? self.client,
            cluster: name,
            coordinator: CoordinatorRecord(
                name: coordinator,
                incarnation: Incarnation(incarnation),
                address: "tcp://\(coordinator)",
                version: "1",
                startedMilliseconds: 7
            ),
            leaseSeconds: leaseSeconds,
            patience: patience,
            logger: LogBook().logger
        )
    }

    /// Lends a directory that runs and is in touch.
    func running(
        _ coordinator: String,
        incarnation: UInt64 = 1,
        leaseSeconds: Int = 5,
        _ body: (RunningDirectory) async throws -> Void
    ) async throws {
        let running = RunningDirectory(
            directory(coordinator, incarnation: incarnation, leaseSeconds: leaseSeconds)
        )
        guard await eventually(within: .seconds(20), { await running.isInTouch }) else {
            throw StoreError(
                .failed,
                "\(coordinator) never was in touch: \(String(describing: await running.stop()))"
            )
        }
        let result: Result<Void, any Error>
        do { result = .success(try await body(running)) } catch { result = .failure(error) }
        await running.stop()
        try result.get()
    }

    /// What stands in etcd below a place.
    func keys(below place: String) async throws -> [String] {
        try await client.read(.prefix("/cloister/v1/\(name)/" + place)).map(\.key)
    }
}

extension Sample {
    static func life(_ worker: String, incarnation: UInt64 = 1, epoch: UInt64 = 0) throws -> WorkerLife {
        WorkerLife(
            worker: try WorkerID(worker),
            incarnation: Incarnation(incarnation),
            epoch: WorkerEpoch(epoch)
        )
    }
}

extension EtcdDirectory {
    /// Has a worker's first life heard.
    func hearFirst(_ life: WorkerLife) async throws -> WorkerRecord {
        guard case .heard(let record, _, _) = try await hear(life, at: "tcp://\(life.worker)", replacing: nil)
        else {
            throw StoreError(.failed, "\(life) is not heard")
        }
        return record
    }

    /// Places a session.
    func placed(
        _ identifier: String,
        on worker: WorkerRecord,
        most: Int = 1_000
    ) async throws -> DirectoryEntry {
        let outcome = try await place(try Sample.key(identifier), on: worker, most: most)
        guard case .placed(let entry) = outcome else {
            throw StoreError(.failed, "\(identifier) is not placed: \(outcome)")
        }
        return entry
    }
}

extension DirectoryEntry {
    func record(_ cause: EndCause = .cooldown) throws -> EndedSessionRecord {
        EndedSessionRecord(
            session: session,
            cause: cause,
            epochMilliseconds: 1_000,
            worker: try WorkerID("worker-1")
        )
    }
}
