import Domain

@testable import Coordinator
@testable import Store

/// A coordinator of which there is nothing but what the store lacks.
actor PlayedSource: UnrecordedSource {
    nonisolated let unrecordedArrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation
    private var facts: UnrecordedFacts
    private var remembered: [EndedSessionRecord] = []

    init(start: GenerationStart = .given(last: 0, reserved: 1_000_000), countMax: Int = 10_000) {
        (unrecordedArrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        facts = UnrecordedFacts(start: start, countMax: countMax)
    }

    var waitingCount: Int { facts.waitingCount }

    /// Ends sessions now, one a millisecond.
    func bury(_ count: Int, from first: Int = 0) throws -> [EndedSessionRecord] {
        let records = try (first..<first + count).map { number in
            try Sample.record("session-\(number)", at: WallClock.milliseconds + UInt64(number))
        }
        bury(records)
        return records
    }

    func bury(_ records: [EndedSessionRecord]) {
        for record in records { facts.append(record) }
        remembered += records
        arrived.yield()
    }

    func handOut(_ generation: UInt64) {
        if facts.note(SessionGeneration(generation)) { arrived.yield() }
    }

    func forget() { remembered = [] }

    func nextUnrecorded(most: Int) -> UnrecordedBatch { facts.nextBatch(most: most) }

    func recorded(_ batch: UnrecordedBatch) { facts.confirm(batch) }

    func rememberedEnds(of key: SessionKey) -> [EndedSessionRecord] {
        remembered.filter { $0.session.key == key }
    }
}

extension GenerationStart {
    static func given(last: UInt64, reserved: UInt64) -> Self {
        Self(last: SessionGeneration(last), reserved: SessionGeneration(reserved))
    }
}
