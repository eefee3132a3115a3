/// Finds what somebody may have meant.
package enum Suggestion {
    /// The candidate that is closest to a word, if it is close.
    ///
    /// - Parameters:
    ///   - word: what was written.
    ///   - candidates: what could have been meant.
    /// - Returns: the candidate with the fewest changes, at most one in three letters; nil when none is so close.
    package static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(1, min(4, word.count / 3))
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(from: word.lowercased(), to: candidate.lowercased())
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// How many letters have to be put in, left out, changed, or swapped with their neighbour.
    ///
    /// - Parameters:
    ///   - first: a word.
    ///   - second: another.
    /// - Returns: the number (optimal string alignment).
    package static func distance(from first: String, to second: String) -> Int {
        let (first, second) = (Array(first.utf8), Array(second.utf8))
        var before: [Int] = []
        var row = Array(0...second.count)
        for (index, letter) in first.enumerated() {
            var next = [index + 1]
            for (other, candidate) in second.enumerated() {
                var cost = min(
                    row[other + 1] + 1,
                    next[other] + 1,
                    row[other] + (letter == candidate ? 0 : 1)
                )
                if index > 0, other > 0, letter == second[other - 1], first[index - 1] == candidate {
                    cost = min(cost, before[other - 1] + 1)
                }
                next.append(cost)
            }
            (before, row) = (row, next)
        }
        return row[second.count]
    }
}
