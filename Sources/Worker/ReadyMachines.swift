internal import Domain
internal import Lifecycle

/// The machines that wait for a session.
struct ReadyMachines: Sendable {
    /// How many to keep of each pool.
    var targets: [PoolConfiguration: Int] = [:]
    /// How many of each pool are being started.
    var starting: [PoolConfiguration: Int] = [:]
    private var machines: [PoolConfiguration: [ReadyMachine]] = [:]

    /// All machines, ready or on their way.
    var count: Int {
        machines.values.reduce(0) { $0 + $1.count } + starting.values.reduce(0, +)
    }

    /// The pools of which there is or shall be a machine.
    var pools: Set<PoolConfiguration> { Set(targets.keys).union(machines.keys) }

    /// A pool's state, for the policy.
    func policy(for pool: PoolConfiguration) -> ReadyPolicy {
        ReadyPolicy(
            target: targets[pool] ?? 0,
            ready: machines[pool]?.count ?? 0,
            starting: starting[pool] ?? 0
        )
    }

    /// Adds a machine that is ready.
    mutating func add(_ machine: ReadyMachine) { machines[machine.pool, default: []].append(machine) }

    /// Takes the machine out that has waited longest; nobody else gets it.
    mutating func take(of pool: PoolConfiguration) -> ReadyMachine? {
        guard machines[pool]?.isEmpty == false else { return nil }
        return machines[pool]?.removeFirst()
    }

    /// Takes a certain machine out, if it is there.
    mutating func remove(_ machine: ReadyMachine) {
        machines[machine.pool]?.removeAll { $0 === machine }
        if machines[machine.pool]?.isEmpty == true { machines[machine.pool] = nil }
    }
}
