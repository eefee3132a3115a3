internal import ClusterState
internal import Domain
internal import Store

/// What the store does not have yet: a bounded queue that its owner fills without waiting.
///
/// Tombstones stay in it until the store has taken them; when it is full, the oldest give way and are
/// counted. It also knows when generations are about to leave what the store has reserved for them.
struct UnrecordedFacts: Sendable {
    /// How many generations are reserved ahead: as they follow the time of day, a minute of them.
    static let reserve: UInt64 = 60_000
    /// With a directory no end may give way, as its entry would stay for ever; while the directory takes nothing, no
    /// session begins either, so that at most the sessions that there are can end, and this is more than a cluster has.
    static let directoryCountMax = 1_000_000

    private let countMax: Int
    private var records: [EndedSessionRecord] = []
    /// How many records have left the front, in all.
    private var left = 0
    private var droppedCount = 0
    private var greatest: SessionGeneration
    private var reserved: SessionGeneration

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - start: where this coordinator begins with the generations.
    ///   - countMax: about how many tombstones wait at most.
    init(start: GenerationStart, countMax: Int = 10_000) {
        greatest = start.last
        reserved = start.reserved
        self.countMax = countMax
    }

    /// How many tombstones wait.
    var waitingCount: Int { records.count }

    /// Adds a session's end.
    mutating func append(_ record: EndedSessionRecord) {
        records.append(record)
        // The excess goes in bulk, as taking one from the front costs as much.
        guard records.count >= countMax + max(1, countMax / 8) else { return }
        drop(records.count - countMax)
    }

    /// Takes note of a generation, and tells whether it is time to reserve more.
    mutating func note(_ generation: SessionGeneration) -> Bool {
        greatest = max(greatest, generation)
        return isReserveLow
    }

    /// What is to be written next; it stays until ``confirm(_:)``.
    mutating func nextBatch(most: Int) -> UnrecordedBatch {
        if records.count > countMax { drop(records.count - countMax) }
        defer { droppedCount = 0 }
        let first = records.prefix(most)
        return UnrecordedBatch(
            records: Array(first),
            end: left + first.count,
            reservation: isReserveLow ? SessionGeneration(greatest.number + Self.reserve) : nil,
            waitingCount: records.count,
            droppedCount: droppedCount
        )
    }

    /// The store has taken a batch.
    mutating func confirm(_ batch: UnrecordedBatch) {
        let count = min(records.count, batch.end - left)
        if count > 0 {
            records.removeFirst(count)
            left += count
        }
        if let reservation = batch.reservation { reserved = max(reserved, reservation) }
    }

    private var isReserveLow: Bool { greatest.number + Self.reserve / 2 > reserved.number }

    private mutating func drop(_ count: Int) {
        records.removeFirst(count)
        left += count
        droppedCount += count
    }
}

extension EndedSessionRecord {
    /// The record that a tombstone leaves.
    init(_ tombstone: Tombstone) {
        self.init(
            session: tombstone.session,
            cause: tombstone.cause,
            epochMilliseconds: tombstone.time.epochMilliseconds,
            worker: tombstone.worker.worker
        )
    }
}

/// A part of what the store does not have yet.
struct UnrecordedBatch: Sendable {
    let records: [EndedSessionRecord]
    /// How many records have left the queue once this batch has.
    let end: Int
    /// Up to where generations are to be reserved, if it is time to.
    let reservation: SessionGeneration?
    /// How many tombstones wait, these among them.
    let waitingCount: Int
    /// How many had to give way since the last batch.
    let droppedCount: Int

    var isEmpty: Bool { records.isEmpty && reservation == nil }
}
