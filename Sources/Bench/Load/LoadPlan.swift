/// How load is made: how much of it, and for how long.
package struct LoadPlan: Hashable, Sendable, Codable {
    /// When operations begin.
    package enum Pace: Hashable, Sendable, Codable {
        /// A closed loop: so many clients, each of which waits for its answer before it goes on.
        case clients(Int)
        /// An open loop: so many operations begin each second, whatever becomes of those before.
        case rate(Double)
        /// All at once.
        case burst
    }

    /// When the load ends.
    package enum Limit: Hashable, Sendable, Codable {
        /// After a time, which begins with the end of the warming up.
        case duration(Duration)
        /// After a number of measured operations.
        case count(Int)
    }

    /// When operations begin.
    package var pace: Pace
    /// When the load ends.
    package var limit: Limit
    /// How long operations are not measured.
    package var warmUp: Duration
    /// How long it takes until all the load is there; it begins together with the warming up.
    package var ramp: Duration
    /// How long a client of a closed loop waits before each operation.
    package var pause: Duration
    /// How many operations of an open loop are under way at most; those beyond begin late, and count from when they
    /// should have begun.
    package var inFlight: Int

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - pace: when operations begin.
    ///   - limit: when the load ends.
    ///   - warmUp: how long operations are not measured.
    ///   - ramp: how long it takes until all the load is there.
    ///   - pause: how long a client of a closed loop waits before each operation.
    ///   - inFlight: how many operations of an open loop are under way at most.
    package init(
        pace: Pace,
        limit: Limit,
        warmUp: Duration = .zero,
        ramp: Duration = .zero,
        pause: Duration = .zero,
        inFlight: Int = 256
    ) {
        self.pace = pace
        self.limit = limit
        self.warmUp = warmUp
        self.ramp = ramp
        self.pause = pause
        self.inFlight = inFlight
    }

    /// How many tasks carry out operations.
    package var lanes: Int {
        switch (pace, limit) {
        case (.clients(let clients), _): clients
        case (.burst, .count(let count)): count
        case (_, .count(let count)): min(inFlight, count)
        default: inFlight
        }
    }

    /// How much of the load one of several processes makes.
    ///
    /// - Parameters:
    ///   - index: which of them, from 0.
    ///   - total: how many there are.
    /// - Returns: its plan; nil when nothing is left for it.
    package func share(_ index: Int, of total: Int) -> Self? {
        func part(_ number: Int) -> Int { number / total + (index < number % total ? 1 : 0) }
        var plan = self
        switch pace {
        case .clients(let clients): plan.pace = .clients(part(clients))
        case .rate(let rate): plan.pace = .rate(rate / Double(total))
        case .burst: break
        }
        if case .count(let count) = limit { plan.limit = .count(part(count)) }
        plan.inFlight = max(1, part(inFlight))
        return plan.pace == .clients(0) || plan.limit == .count(0) ? nil : plan
    }
}
