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
            for _ in 0..<policy.surplus(room: room) { ready.retire(of: pool) }
            for _ in 0..<policy.starts(room: room) {
                let machine = ReadyMachine(pool: pool, checkInterval: configuration.patience.readyCheck)
                ready.start(machine)
                launch.yield(.ready(machine))
            }
        }
    }

    /// A machine has answered its first execution and can be claimed.
    func becameReady(_ machine: ReadyMachine) { ready.becomeReady(machine) }

    /// The session that has claimed a machine, if one has.
    func claimant(of machine: ReadyMachine) -> Sandbox? { ready.claimant(of: machine) }

    /// A machine is gone, or never came about.
    ///
    /// - Parameter machine: the machine.
    /// - Returns: the session that had claimed it, served or not.
    func readyMachineEnded(_ machine: ReadyMachine) -> Sandbox? {
        let claimant = ready.remove(machine)
        refill()
        return claimant
    }
}
