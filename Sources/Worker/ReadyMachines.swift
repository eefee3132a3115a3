internal import Domain
internal import Lifecycle

/// The machines that are made ahead of their sessions, from the order to make one until it is gone.
struct ReadyMachines: Sendable {
    /// How many to keep of each pool.
    var targets: [PoolConfiguration: Int] = [:]
    private var starting: [ReadyMachine] = []
    private var waiting: [ReadyMachine] = []
    /// Which session has claimed a machine; the session counts for both from then on.
    private var claims: [ObjectIdentifier: Sandbox] = [:]

    /// All machines that no session has claimed.
    var count: Int { starting.count + waiting.count }

    /// The pools of which there is or shall be a machine.
    var pools: Set<PoolConfiguration> { Set(targets.keys).union(waiting.map(\.pool)) }

    /// A pool's state, for the policy.
    func policy(for pool: PoolConfiguration) -> ReadyPolicy {
        ReadyPolicy(
            target: targets[pool] ?? 0,
            ready: waiting.count { $0.pool == pool },
            starting: starting.count { $0.pool == pool }
        )
    }

    /// Adds a machine that is being made.
    mutating func start(_ machine: ReadyMachine) { starting.append(machine) }

    /// A machine can be claimed from now on.
    mutating func becomeReady(_ machine: ReadyMachine) {
        starting.removeAll { $0 === machine }
        waiting.append(machine)
    }

    /// Gives the machine that has waited longest to a session.
    ///
    /// - Parameters:
    ///   - pool: the session's pool.
    ///   - sandbox: the session's sandbox.
    /// - Returns: whether there was one.
    mutating func claim(of pool: PoolConfiguration, for sandbox: Sandbox) -> Bool {
        guard let machine = take(of: pool) else { return false }
        claims[ObjectIdentifier(machine)] = sandbox
        machine.decide()
        return true
    }

    /// Gives up the machine that has waited longest, if there is one.
    mutating func retire(of pool: PoolConfiguration) { take(of: pool)?.decide() }

    /// The session that has claimed a machine.
    func claimant(of machine: ReadyMachine) -> Sandbox? { claims[ObjectIdentifier(machine)] }

    /// Takes a machine out that is gone or never came about.
    ///
    /// - Parameter machine: the machine; nobody can claim it any more.
    /// - Returns: the session that had claimed it before.
    mutating func remove(_ machine: ReadyMachine) -> Sandbox? {
        starting.removeAll { $0 === machine }
        waiting.removeAll { $0 === machine }
        return claims.removeValue(forKey: ObjectIdentifier(machine))
    }

    private mutating func take(of pool: PoolConfiguration) -> ReadyMachine? {
        guard let index = waiting.firstIndex(where: { $0.pool == pool }) else { return nil }
        return waiting.remove(at: index)
    }
}
