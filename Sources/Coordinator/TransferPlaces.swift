internal import Domain

/// Who copies templates at this moment: a few workers at once, so that copies take no more than a part of what the
/// coordinator can carry.
struct TransferPlaces: Sendable {
    /// How many workers copy at once.
    static let most = 2
    /// After how long a silence a worker has ended its copy.
    static let silence: Duration = .seconds(5)

    private struct Transfer: Sendable {
        let source: WorkerLife?
        let askedAt: Duration
    }

    private var transfers: [Incarnation: [String: Transfer]] = [:]

    /// Takes or keeps a place.
    ///
    /// - Parameters:
    ///   - worker: who copies.
    ///   - now: the present time.
    /// - Returns: whether there is a place for it.
    mutating func enter(_ worker: Incarnation, at now: Duration) -> Bool {
        for (other, copies) in transfers {
            let left = copies.filter { now - $0.value.askedAt < Self.silence }
            transfers[other] = left.isEmpty ? nil : left
        }
        return transfers[worker] != nil || transfers.count < Self.most
    }

    /// Notes that a worker asked for a piece.
    ///
    /// - Parameters:
    ///   - worker: who copies.
    ///   - template: what.
    ///   - source: who has it; nil while that is being found out.
    ///   - now: the present time.
    mutating func note(_ worker: Incarnation, _ template: String, from source: WorkerLife?, at now: Duration)
    {
        transfers[worker, default: [:]][template] = Transfer(source: source, askedAt: now)
    }

    /// Gives a place back: nobody has the template, or it cannot be had.
    ///
    /// - Parameters:
    ///   - worker: who copies.
    ///   - template: what.
    mutating func leave(_ worker: Incarnation, _ template: String) {
        transfers[worker]?[template] = nil
        if transfers[worker]?.isEmpty == true { transfers[worker] = nil }
    }

    /// Who sends a template to a worker.
    ///
    /// - Parameters:
    ///   - template: what.
    ///   - worker: who copies.
    /// - Returns: the source; nil when it is not known.
    func source(of template: String, for worker: Incarnation) -> WorkerLife? {
        transfers[worker]?[template]?.source
    }
}
