package import Domain

/// Splits a pool's ready sandboxes over the workers.
package enum ReadySplit {
    /// Each worker's part, in proportion to its weight; the parts add up to the total.
    ///
    /// What is left after rounding down goes to the greatest remainders, then by name: the same
    /// workers give the same parts, so that nothing is moved without need.
    ///
    /// - Parameters:
    ///   - total: how many sandboxes are kept ready in all.
    ///   - weights: the workers that take new sessions.
    /// - Returns: how many each keeps ready.
    package static func counts(of total: Int, by weights: [WorkerID: Int]) -> [WorkerID: Int] {
        let sum = weights.values.reduce(0, +)
        guard total > 0, sum > 0 else { return weights.mapValues { _ in 0 } }
        var counts = weights.mapValues { total * $0 / sum }
        let left = total - counts.values.reduce(0, +)
        let byRemainder = weights.sorted { first, second in
            let (own, other) = (total * first.value % sum, total * second.value % sum)
            return own == other ? first.key < second.key : own > other
        }
        for (worker, _) in byRemainder.prefix(left) { counts[worker, default: 0] += 1 }
        return counts
    }
}
