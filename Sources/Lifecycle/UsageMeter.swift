package import Domain

/// Measures what is to be paid for: processors and memory of sessions, as long as their machines are there.
package struct UsageMeter<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// Who used what.
    package struct Account: Hashable, Sendable {
        /// The pool.
        package let pool: PoolName
        /// Who began the session; ``UsageMeter/rest`` for those who have no place of their own.
        package let name: String
    }

    /// What was used.
    package struct Usage: Hashable, Sendable {
        /// Guest processors times seconds.
        package var processorSeconds = 0.0
        /// Guest memory in GiB times seconds.
        package var gibibyteSeconds = 0.0

        mutating func add(_ machine: Machine, for duration: Duration) {
            let seconds = max(0, duration / .seconds(1))
            processorSeconds += Double(machine.virtualCPUs) * seconds
            gibibyteSeconds += Double(machine.memoryMiB) / 1_024 * seconds
        }
    }

    struct Machine: Sendable {
        let account: Account
        let virtualCPUs: Int
        let memoryMiB: Int
        let since: Instant
    }

    /// The account of all that came when there were too many.
    package static var rest: String { "other" }

    private let accountsMax: Int
    private var ended: [Account: Usage] = [:]
    private var running: [Int: Machine] = [:]

    /// Makes a meter that has measured nothing.
    ///
    /// - Parameter accountsMax: how many accounts it tells apart, in all pools together.
    package init(accountsMax: Int = 1_000) { self.accountsMax = accountsMax }

    /// A session has begun.
    ///
    /// - Parameters:
    ///   - place: a number of its own.
    ///   - pool: its pool.
    ///   - account: who began it.
    ///   - now: the present time.
    package mutating func begin(
        _ place: Int,
        in pool: PoolConfiguration,
        for account: String,
        at now: Instant
    ) {
        let wanted = Account(pool: pool.name, name: account)
        let hasPlace = ended[wanted] != nil || ended.count < accountsMax
        let account = hasPlace ? wanted : Account(pool: pool.name, name: Self.rest)
        // Its place, from now on.
        ended[account] = ended[account] ?? Usage()
        running[place] = Machine(
            account: account,
            virtualCPUs: pool.virtualCPUs,
            memoryMiB: pool.memoryMiB,
            since: now
        )
    }

    /// A session has ended, and its machine is gone.
    ///
    /// - Parameters:
    ///   - place: its number.
    ///   - now: the present time.
    package mutating func end(_ place: Int, at now: Instant) {
        guard let machine = running.removeValue(forKey: place) else { return }
        ended[machine.account, default: Usage()].add(machine, for: machine.since.duration(to: now))
    }

    /// What was used until now, that of running sessions included.
    ///
    /// - Parameter now: the present time.
    /// - Returns: the sums, in the order of pools and names.
    package func usage(at now: Instant) -> [(account: Account, usage: Usage)] {
        var sums = ended
        for machine in running.values {
            sums[machine.account, default: Usage()].add(machine, for: machine.since.duration(to: now))
        }
        return sums.sorted {
            ($0.key.pool.text, $0.key.name) < ($1.key.pool.text, $1.key.name)
        }.map { (account: $0.key, usage: $0.value) }
    }
}
