import ClusterState
import Domain

/// A coordinator's way to the directory: calls that are made again until their outcome is known, and what is told.
final class SimulatedDirectoryClient {
    unowned let coordinator: SimulatedCoordinator
    let simulation: Simulation
    let name: String
    private let record: CoordinatorRecord
    private(set) var lease: Int?
    private(set) var touchNumber: UInt64 = 0
    private(set) var touchUntil: Duration?
    private var registration: UInt64?
    private var waiting: [DirectoryChange] = []
    private var isDelivering = false
    private var isWatching = false
    /// Until when the watch tells nothing, although calls are answered.
    private var stalledUntil = 0

    init(of coordinator: SimulatedCoordinator, in simulation: Simulation) {
        self.coordinator = coordinator
        self.simulation = simulation
        name = coordinator.name
        record = CoordinatorRecord(
            name: name,
            incarnation: coordinator.incarnation,
            address: "",
            version: "",
            startedMilliseconds: 0
        )
    }

    /// Whether the process is there whose client this is.
    var isRunning: Bool { coordinator.isRunning && coordinator.directory === self }

    private var node: SimulatedNetwork.Node { .coordinator(coordinator.index) }
    private var directory: SimulatedDirectory { simulation.directory }

    /// One question and its answer; nil when there is none in time, be it carried out or not.
    func ask<Value>(
        _ question: @escaping (SimulatedDirectory) -> Value,
        _ done: @escaping (Value?) -> Void
    ) {
        var isDone = false
        let finish: (Value?) -> Void = { [self] value in
            guard !isDone, isRunning else { return }
            isDone = true
            done(value)
        }
        let (network, node, directory) = (simulation.network, node, directory)
        network.send(node, .directory) {
            guard !directory.isDown else { return }
            let value = question(directory)
            network.send(.directory, node) { finish(value) }
        }
        simulation.after(simulation.settings.scaled(1_000)) { finish(nil) }
    }

    /// Does something again until its outcome is known.
    ///
    /// - Parameters:
    ///   - attempt: tries; it is told whether a former attempt may have been carried out, and tells nil when it is to be
    ///     made again.
    ///   - done: nil after too long a time.
    func repeated<Value>(
        _ attempt: @escaping (_ tell: @escaping (Value?) -> Void) -> Void,
        _ done: @escaping (Value?) -> Void
    ) {
        let deadline = simulation.now + simulation.settings.scaled(5_000)
        func step() {
            attempt { [self] value in
                if value != nil || simulation.now >= deadline { return done(value) }
                simulation.after(
                    simulation.random(simulation.settings.scaled(5)...simulation.settings.scaled(200))
                ) {
                    [self] in if isRunning { step() }
                }
            }
        }
        step()
    }

    // MARK: Keeping in touch

    func start() {
        keepInTouch()
        connect()
    }

    private func keepInTouch() {
        guard isRunning else { return }
        let begin = coordinator.uptime
        touch(since: begin) { [self] isTouched in
            let third = simulation.settings.scaled(5_000) / 3
            simulation.after(isTouched ? third : simulation.settings.scaled(200)) { [self] in keepInTouch() }
        }
    }

    private func touch(since begin: Duration, _ done: @escaping (Bool) -> Void) {
        let until = begin + .milliseconds(4_500 * simulation.settings.scale)
        renew { [self] lease in
            guard let lease else { return done(false) }
            guard let registration else {
                return register(lease) { [self] isRegistered in
                    if isRegistered { touchUntil = until }
                    done(isRegistered)
                }
            }
            touchUntil = until
            ask({ [name] in ($0.touch(name, registration: registration, lease: lease), $0.isAlive(lease)) }) {
                [self] answer in
                if let (isTouched, isAlive) = answer, !isTouched {
                    if isAlive { self.registration = nil } else { forget(lease) }
                }
                done(answer?.0 ?? false)
            }
        }
    }

    private func renew(_ done: @escaping (Int?) -> Void) {
        if let lease {
            return ask({ $0.renew(lease) }) { [self] isRenewed in
                if isRenewed == false { forget(lease) }
                done(isRenewed == true ? lease : nil)
            }
        }
        ask({ $0.grant() }) { [self] granted in
            if granted != nil {
                lease = granted
                touchNumber += 1
            }
            done(granted)
        }
    }

    private func register(_ lease: Int, _ done: @escaping (Bool) -> Void) {
        ask({ [name] in $0.coordinators[name]?.revision }) { [self] known in
            guard let known else { return done(false) }
            ask({ [record] in $0.register(record, replacing: known, lease: lease) }) { [self] revision in
                registration = revision ?? nil
                done(registration != nil)
            }
        }
    }

    func forget(_ ended: Int) {
        guard lease == ended else { return }
        (lease, registration, touchUntil) = (nil, nil, nil)
    }

    /// Takes back what stands under the lease, when the coordinator ends in order.
    func leave() {
        if let lease { directory.revoke(lease) }
        directory.removeCoordinator(name)
        disconnect()
    }

    // MARK: What is told

    private func connect() {
        guard isRunning else { return }
        ask({ ($0.revision, $0.snapshot) }) { [self] answer in
            guard let (revision, snapshot) = answer, !isWatching else {
                return simulation.after(simulation.settings.scaled(300)) { [self] in
                    if !isWatching { connect() }
                }
            }
            // What happened since the picture is told by the next one; the watch begins with it.
            guard revision == directory.revision else { return connect() }
            isWatching = true
            waiting = []
            directory.watchers.append(self)
            enqueue(DirectoryChange(revision: revision, kind: .everything(snapshot)))
            enqueue(DirectoryChange(revision: revision, kind: .progress))
        }
    }

    /// The watch breaks, and what happened meanwhile is not known any more: it begins anew with everything.
    func breakWatch() {
        disconnect()
        connect()
    }

    /// The watch falls behind: it hangs on a member of the directory that lags, and calls are answered by another one.
    func stallWatch(for microseconds: Int) { stalledUntil = simulation.now + microseconds }

    func disconnect() {
        stalledUntil = 0
        directory.watchers.removeAll { $0 === self }
        isWatching = false
        waiting = []
    }

    func enqueue(_ change: DirectoryChange) {
        waiting.append(change)
        guard !isDelivering else { return }
        isDelivering = true
        planDelivery()
    }

    private func planDelivery() {
        let longest = simulation.settings.scaled(simulation.network.longestDelay)
        simulation.after(simulation.random(0...longest)) { [self] in deliver() }
    }

    private func deliver() {
        guard isRunning else { return }
        let isStalled = simulation.isRestless && simulation.now < stalledUntil
        if isStalled || directory.isDown || simulation.network.isCut(.directory, node) {
            return simulation.after(simulation.settings.scaled(100)) { [self] in planDelivery() }
        }
        // In order, and now and then only a part of it.
        let count = waiting.isEmpty ? 0 : simulation.random(1...waiting.count)
        let told = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        for change in told where isRunning { coordinator.directoryChanged(change) }
        isDelivering = !waiting.isEmpty
        if isDelivering { planDelivery() }
    }
}
