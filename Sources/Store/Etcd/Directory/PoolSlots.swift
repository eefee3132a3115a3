/// Which places of a pool's `maxConcurrentSessions` are taken, as far as this coordinator knows.
///
/// It only says where to try: etcd decides, slot by slot. What is taken for free may be taken, and the other way round.
struct PoolSlots: Sendable {
    /// How many slots are tried blindly before all free ones are listed.
    private static let guesses = 4

    /// The slots that are taken.
    private var used: Set<Int> = []
    /// None beyond it is taken.
    private var greatest = -1
    /// Those that a call of this process is trying to take; others better try other ones.
    private var tried: Set<Int> = []

    /// How many are taken.
    var count: Int { used.count }

    /// Takes over what etcd said.
    ///
    /// - Parameter used: the slots that are taken.
    mutating func note(used: Set<Int>) {
        self.used = used
        greatest = used.max() ?? -1
    }

    /// Notes that a slot is taken, by whomever.
    ///
    /// - Parameter slot: the slot.
    mutating func fill(_ slot: Int) {
        used.insert(slot)
        greatest = max(greatest, slot)
        tried.remove(slot)
    }

    /// Notes that nobody tries to take a slot any more.
    ///
    /// - Parameter slot: the slot.
    mutating func leave(_ slot: Int) { tried.remove(slot) }

    /// Chooses a slot to try: any free one, so that several coordinators seldom try the same.
    ///
    /// - Parameters:
    ///   - most: the pool's `maxConcurrentSessions`.
    ///   - orTried: whether one that another call is trying to take will do.
    ///   - generator: where the randomness comes from.
    /// - Returns: the slot; nil when none is free.
    mutating func choose(
        of most: Int,
        orTried: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> Int? {
        let bound = bound(of: most)
        guard bound > 0 else { return nil }
        for _ in 0..<Self.guesses {
            let slot = Int.random(in: 0..<bound, using: &generator)
            guard !used.contains(slot), tried.insert(slot).inserted else { continue }
            return slot
        }
        let free = (0..<bound).filter { !used.contains($0) }
        let untried = free.filter { !tried.contains($0) }
        let choice = untried.isEmpty && orTried ? free : untried
        guard let slot = choice.randomElement(using: &generator) else { return nil }
        tried.insert(slot)
        return slot
    }

    /// Below which slot new sessions begin.
    ///
    /// A pool that was made smaller may have sessions in slots beyond its number. They count: were all slots below the
    /// bound taken, there would be as many sessions as the pool may have. Slots beyond the bound only become free, so
    /// this holds for coordinators that know less, too.
    private func bound(of most: Int) -> Int {
        guard greatest >= most else { return most }
        var bound = max(0, most)
        var beyond = used.count { $0 >= bound }
        while bound > 0, bound + beyond > most {
            bound -= 1
            if used.contains(bound) { beyond += 1 }
        }
        return bound + beyond > most ? 0 : bound
    }
}
