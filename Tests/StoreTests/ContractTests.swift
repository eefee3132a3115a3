import Domain
import Testing

@testable import Store

/// What every store does.
@Suite("The contract of stores", .timeLimit(.minutes(1)))
struct ContractTests {
    @Test("A new store knows nothing", arguments: StoreKind.allCases)
    func empty(kind: StoreKind) async throws {
        try await kind.lend { store in
            #expect(try await store.everything().isEmpty)
            #expect(try await store.records(of: Sample.key("nobody"), most: 9).isEmpty)
            #expect(try await store.facts() == NodeFacts())
            #expect(try await store.removeRecords(endedBefore: .max, beyondNewest: 0) == 0)
            try await store.keep([])
        }
    }

    @Test(
        "The ends of an identifier's sessions come back as they were, oldest first",
        arguments: StoreKind.allCases
    )
    func ofKey(kind: StoreKind) async throws {
        try await kind.lend { store in
            let kept = try [
                Sample.record("alpha", generation: 7, cause: .outOfMemory, at: 300, worker: "Worker_1.b-c"),
                Sample.record("alpha", generation: 5, cause: .workerLost, at: 100),
                Sample.record("alpha", pool: "other", generation: 5, at: 200),
                Sample.record("Alpha", generation: 5, at: 200),
            ]
            try await store.keep(kept)
            #expect(try await store.records(of: Sample.key("alpha"), most: 9) == [kept[1], kept[0]])
            #expect(try await store.records(of: Sample.key("alpha"), most: 1) == [kept[0]])
            #expect(try await store.records(of: Sample.key("Alpha"), most: 9) == [kept[3]])
            #expect(try await store.records(of: Sample.key("alpha"), most: 9).first?.cause == .workerLost)
        }
    }

    @Test("An end that is reported again changes nothing", arguments: StoreKind.allCases)
    func repeated(kind: StoreKind) async throws {
        try await kind.lend { store in
            let first = try Sample.record("alpha", cause: .stopped, at: 100)
            try await store.keep([first, try Sample.record("alpha", cause: .workerLost, at: 900)])
            try await store.keep([try Sample.record("alpha", cause: .drained, at: 1_900)])
            #expect(try await store.everything() == [first])
        }
    }

    @Test(
        "Identifiers, generations and times are kept to the last bit, however odd",
        arguments: StoreKind.allCases
    )
    func oddNames(kind: StoreKind) async throws {
        try await kind.lend { store in
            let identifiers = [
                "';--", "\"\"\"\"", "%_%_", "????", "::::", "/../", "NULL", "null", "0x00", "1e99",
                "\u{7e}$#@!",
                String(repeating: "'", count: 128), "x'0'", "ABCD", "abcd", "0000", "00.0", "{\"a\":[1]}",
            ]
            let kept = try identifiers.enumerated().map { index, identifier in
                try Sample.record(identifier, generation: UInt64.max - UInt64(index), at: UInt64(index))
            }
            try await store.keep(kept)
            #expect(try await store.everything() == kept.reversed())
            for record in kept {
                #expect(try await store.records(of: record.session.key, most: 9) == [record])
            }
            let extremes = try [
                Sample.record("extreme", generation: 0, at: 0),
                Sample.record("extreme", generation: .max, at: UInt64(Int64.max)),
            ]
            try await store.keep(extremes)
            #expect(try await store.records(of: Sample.key("extreme"), most: 9) == extremes)
        }
    }

    @Test(
        "Pages show each record once, newest first, also those of one millisecond",
        arguments: StoreKind.allCases
    )
    func pages(kind: StoreKind) async throws {
        try await kind.lend { store in
            let kept = try (0..<50).map { try Sample.record("session-\($0)", at: UInt64($0 / 7)) }
            try await store.keep(kept)
            for size in [1, 3, 7, 49, 50, 51] {
                #expect(try await store.everything(pageSize: size) == kept.reversed(), "pages of \(size)")
            }
            let recent = try await store.everything(from: 5, pageSize: 4)
            #expect(recent == kept.filter { $0.epochMilliseconds >= 5 }.reversed())
            let past = EndedSessionCursor(epochMilliseconds: 3)
            let page = try await store.page(from: 2, before: past, most: 100)
            #expect(page.records == kept.filter { $0.epochMilliseconds == 2 }.reversed())
            #expect(page.next == nil)
            #expect(try await store.page(from: 9, before: past, most: 100).records.isEmpty)
        }
    }

    @Test("A page goes on where it ended while records come and go", arguments: StoreKind.allCases)
    func movingPages(kind: StoreKind) async throws {
        try await kind.lend { store in
            let kept = try Sample.records(0..<20)
            try await store.keep(kept)
            let first = try await store.page(from: 0, before: nil, most: 5)
            try await store.keep(try Sample.records(20..<30))
            _ = try await store.removeRecords(endedBefore: 1_005, beyondNewest: 100)
            let second = try await store.page(from: 0, before: first.next, most: 100)
            #expect(first.records + second.records == kept[5...].reversed())
        }
    }

    @Test("Old records are removed, and those beyond the number", arguments: StoreKind.allCases)
    func retention(kind: StoreKind) async throws {
        try await kind.lend { store in
            let kept = try Sample.records(0..<5_000)
            try await store.keep(kept)
            #expect(try await store.removeRecords(endedBefore: 1_000, beyondNewest: 5_000) == 0)
            #expect(try await store.removeRecords(endedBefore: 1_000 + 4_500, beyondNewest: 5_000) == 4_500)
            #expect(try await store.removeRecords(endedBefore: 0, beyondNewest: 100) == 400)
            #expect(try await store.everything() == kept.suffix(100).reversed())
            #expect(try await store.records(of: Sample.key("session-7"), most: 9).isEmpty)
            try await store.keep([kept[7]])
            #expect(try await store.records(of: Sample.key("session-7"), most: 9) == [kept[7]])
        }
    }

    @Test("Facts only rise", arguments: StoreKind.allCases)
    func facts(kind: StoreKind) async throws {
        try await kind.lend { store in
            try await store.raise(NodeFacts(greatestGeneration: SessionGeneration(9)))
            try await store.raise(NodeFacts(greatestGeneration: SessionGeneration(4), hasServed: true))
            try await store.raise(NodeFacts())
            let expected = NodeFacts(greatestGeneration: SessionGeneration(9), hasServed: true)
            #expect(try await store.facts() == expected)
        }
    }

    @Test("A closed store says so", arguments: StoreKind.allCases)
    func closed(kind: StoreKind) async throws {
        try await kind.lend { store in
            await store.close()
            await store.close()
            let record = try Sample.record("alpha")
            await #expect(throws: StoreError.closed) { try await store.keep([record]) }
            await #expect(throws: StoreError.closed) { try await store.facts() }
            await #expect(throws: StoreError.closed) { try await store.everything() }
        }
    }

    @Test("What memory keeps is bounded")
    func bounded() async throws {
        let store = MemoryStore(countMax: 10)
        try await store.keep(try Sample.records(0..<25))
        #expect(try await store.everything() == Sample.records(15..<25).reversed())
    }
}
