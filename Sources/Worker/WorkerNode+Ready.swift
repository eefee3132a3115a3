internal import Domain
internal import Lifecycle

/// Ready machines: kept at their number, claimed once.
extension WorkerNode {
    /// Takes an order of a coordinator.
    ///
    /// - Parameter targets: how many to keep of each pool; pools that are missing are not kept ready.
    func keepReady(_ targets: [ReadyTarget]) {
        ready.targets = Dictionary(targets.map { ($0.pool, $0.count) }) { _, last in last }
        refill()
    }

    /// Starts what is missing and gives up what is too much.
    func refill() {
        for pool in ready.pools {
            let room = roomForMachines
            let policy = ready.policy(for: pool)
            for _ in 0..<policy.surplus(room: room) { ready.take(of: pool)?.retire() }
            for _ in 0..<policy.starts(room: room) {
                ready.starting[pool, default: 0] += 1
                launch.yield(.ready(ReadyMachine(pool: pool)))
            }
        }
    }

    /// A machine has answered its first execution and can be claimed.
    func becameReady(_ machine: ReadyMachine) {
        startingEnded(machine.pool)
        ready.add(machine)
    }

    /// A machine was not made.
    func startFailed(_ machine: ReadyMachine) {
        startingEnded(machine.pool)
        refill()
    }

    /// A machine is gone that was ready.
    func readyMachineEnded(_ machine: ReadyMachine) {
        ready.remove(machine)
        refill()
    }

    private func startingEnded(_ pool: PoolConfiguration) {
        ready.starting[pool] = max(0, (ready.starting[pool] ?? 0) - 1)
    }
}
