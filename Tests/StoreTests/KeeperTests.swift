import Domain
import Testing

@testable import Coordinator
@testable import Store

/// The keeper between a coordinator and its store.
@Suite("The keeper of tombstones", .timeLimit(.minutes(1)))
struct KeeperTests {
    private let store = PlayedStore()
    private let book = LogBook()
    private static let full = StoreError(.full, "It is full.")

    private func keeper(_ source: PlayedSource, retention: Duration = .seconds(86_400)) -> TombstoneKeeper {
        TombstoneKeeper(store: store, retention: retention, source: source, logger: book.logger)
    }

    private func running(_ keeper: TombstoneKeeper, _ body: () async throws -> Void) async throws {
        let task = Task { await keeper.run() }
        try await body()
        task.cancel()
        await task.value
    }

    @Test("Tombstones are written soon, in batches, without being asked to")
    func writes() async throws {
        let source = PlayedSource()
        try await running(keeper(source)) {
            let records = try await source.bury(1_200)
            #expect(await eventually(within: .seconds(5)) { await source.waitingCount == 0 })
            #expect(try await store.everything().count == records.count)
            #expect(await store.batches == [500, 500, 200])
            _ = try await source.bury(1, from: 1_200)
            #expect(await eventually(within: .seconds(5)) { await store.batches.last == 1 })
        }
    }

    @Test("What the store refuses is written when it takes it again")
    func retries() async throws {
        let source = PlayedSource()
        await store.refuse(Self.full)
        try await running(keeper(source)) {
            _ = try await source.bury(10)
            #expect(
                await eventually(within: .seconds(5)) {
                    book.count(of: "attempt=1 reason=It is full. waiting=10") == 1
                }
            )
            await store.refuse(nil)
            #expect(await eventually(within: .seconds(5)) { await source.waitingCount == 0 })
            #expect(book.count(of: "takes tombstones again") == 1)
        }
    }

    @Test("When too many wait, the oldest give way and are counted in a warning")
    func dropsOldest() async throws {
        let source = PlayedSource(countMax: 80)
        await store.refuse(Self.full)
        let keeper = keeper(source)
        let records = try await source.bury(500)
        #expect(await source.waitingCount <= 90)
        await keeper.flush()
        #expect(book.count(of: "gave way before the store took them count=420") == 1)
        #expect(book.count(of: "lost at shutdown count=80 reason=It is full.") == 1)
        await store.refuse(nil)
        await keeper.flush()
        #expect(try await store.everything() == records.suffix(80).reversed())
        #expect(book.count(of: "gave way") == 1)
    }

    @Test("Records that give way while a batch is written confuse nothing")
    func dropsWhileWriting() throws {
        var facts = UnrecordedFacts(start: .given(last: 0, reserved: 1_000_000), countMax: 8)
        for record in try Sample.records(0..<8) { facts.append(record) }
        let batch = facts.nextBatch(most: 4)
        for record in try Sample.records(8..<10) { facts.append(record) }
        facts.confirm(batch)
        #expect(try facts.nextBatch(most: 100).records == Sample.records(4..<10))
        for record in try Sample.records(10..<30) { facts.append(record) }
        facts.confirm(batch)
        let rest = facts.nextBatch(most: 100)
        #expect(try rest.records == Sample.records(22..<30))
        #expect(rest.droppedCount == 18)
        facts.confirm(rest)
        facts.confirm(rest)
        #expect(facts.nextBatch(most: 100).isEmpty)
    }

    @Test("The end writes what waits and closes the store")
    func finish() async throws {
        let source = PlayedSource()
        _ = try await source.bury(1_700)
        await keeper(source).finish()
        #expect(await store.batches == [500, 500, 500, 200])
        #expect(await store.isClosed)
    }

    @Test("Ends are read from the store and from memory, each once")
    func reading() async throws {
        let source = PlayedSource()
        let keeper = keeper(source)
        let old = try Sample.record("alpha", generation: 1, at: 10)
        let new = try Sample.record("alpha", generation: 2, at: 20)
        await source.bury([old])
        await keeper.flush()
        await source.bury([new])
        #expect(await keeper.endedSessions(of: old.session.key) == [old, new])
        #expect(await keeper.endedSessions(of: old.session.key, most: 1) == [new])
        await store.refuse(Self.full)
        #expect(await keeper.endedSessions(of: old.session.key) == [old, new])
        #expect(book.count(of: "the store cannot be read") == 1)
        await store.refuse(nil)
        await source.forget()
        #expect(await keeper.endedSessions(of: old.session.key) == [old])
    }

    @Test("Tombstones go after the retention, but not before an hour")
    func retention() async throws {
        let now = WallClock.milliseconds
        let minutes = [0, 59, 61, 23 * 60, 25 * 60]
        try await store.keep(
            try minutes.map { try Sample.record("ended-\($0)", at: now - UInt64($0) * 60_000) }
        )
        await keeper(PlayedSource(), retention: .seconds(86_400)).prune()
        #expect(try await store.everything().count == 4)
        await keeper(PlayedSource(), retention: .seconds(1)).prune()
        #expect(try await store.everything().map(\.session.key.identifier.text) == ["ended-0", "ended-59"])
        await keeper(PlayedSource(), retention: .seconds(Int64.max)).prune()
        #expect(try await store.everything().count == 2)
    }

    @Test("Generations are reserved ahead, and seldom")
    func generations() async throws {
        let source = PlayedSource(start: .given(last: 1_000, reserved: 61_000))
        let keeper = keeper(source)
        for (handedOut, reserved) in [
            (1_500, 0), (30_999, 0), (31_001, 91_001), (61_001, 91_001), (61_002, 121_002),
        ] {
            await source.handOut(UInt64(handedOut))
            await keeper.flush()
            #expect(try await store.facts().greatestGeneration.number == UInt64(reserved), "\(handedOut)")
        }
        #expect(try await store.facts().hasServed)
    }

    @Test("A coordinator begins after all generations before it, also with a clock that was set back")
    func start() async throws {
        let first = try await GenerationStart(store: store, epochMilliseconds: 5_000, logger: book.logger)
        #expect(first.last.number == 5_000)
        let second = try await GenerationStart(store: store, epochMilliseconds: 300, logger: book.logger)
        #expect(second.last == first.reserved)
        let third = try await GenerationStart(store: store, epochMilliseconds: 900_000, logger: book.logger)
        #expect(third.last.number == 900_000)
        await store.refuse(Self.full)
        let fourth = try await GenerationStart(store: store, epochMilliseconds: 1, logger: book.logger)
        #expect(fourth.last == third.reserved)
        #expect(fourth.reserved == third.reserved)
        #expect(book.count(of: "the store cannot be written") == 1)
    }
}
