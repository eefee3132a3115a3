import Domain
import GRDB
import Testing

@testable import Store

/// Several who use the store at once, and many records.
@Suite("Company and numbers", .timeLimit(.minutes(1)), .serialized)
struct CompanyTests {
    private let folder = TemporaryFolder()

    @Test("Readers see whole batches while a writer writes, and wait for nothing")
    func concurrentReaders() async throws {
        let store = try await folder.open()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var (reads, former) = (0, 0)
                    while former < 500 {
                        let count = try await store.everything(pageSize: 1_000).count
                        #expect(count.isMultiple(of: 10) && count >= former)
                        (reads, former) = (reads + 1, count)
                    }
                    return reads
                }
            }
            group.addTask {
                for batch in 0..<50 {
                    try await store.keep(try Sample.records(batch * 10..<batch * 10 + 10))
                    if batch.isMultiple(of: 10) {
                        _ = try await store.removeRecords(endedBefore: 0, beyondNewest: 1_000)
                    }
                }
                return 1
            }
            for try await reads in group { #expect(reads > 0) }
        }
        await store.close()
    }

    @Test("Whoever holds the file for too long is an error after the busy time, and no harm")
    func busy() async throws {
        let store = try await folder.open(busyTime: .milliseconds(100))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.storePath, configuration: configuration)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        let record = try Sample.record("alpha")
        let start = ContinuousClock.now
        let error = await #expect(throws: StoreError.self) { try await store.keep([record]) }
        #expect(error?.code == .busy)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(try await store.everything().isEmpty, "Reading goes on.")
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        try await store.keep([record])
        #expect(try await store.everything() == [record])
        await store.close()
    }

    @Test("Closing waits for the calls that have begun")
    func closing() async throws {
        let store = try await folder.open()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for batch in 0..<40 {
                let records = try Sample.records(batch * 50..<batch * 50 + 50)
                group.addTask {
                    do { try await store.keep(records) } catch { return false }
                    return true
                }
            }
            try? await Task.sleep(for: .milliseconds(2))
            await store.close()
            var kept = 0
            for try await isKept in group where isKept { kept += 1 }
            let again = try await folder.open()
            #expect(try await again.everything().count == kept * 50)
            await again.close()
        }
    }

    @Test("10,000 tombstones are written, found and removed in a moment")
    func numbers() async throws {
        let store = try await folder.open()
        let records = try Sample.records(0..<10_000)
        var times: [Duration] = []
        var start = ContinuousClock.now
        func lap() {
            times.append(ContinuousClock.now - start)
            start = .now
        }
        for first in stride(from: 0, to: records.count, by: 500) {
            try await store.keep(Array(records[first..<first + 500]))
        }
        lap()
        for number in stride(from: 0, to: 10_000, by: 100) {
            let found = try await store.records(of: Sample.key("session-\(number)"), most: 10)
            #expect(found == [records[number]])
        }
        lap()
        #expect(try await store.everything().count == 10_000)
        lap()
        #expect(try await store.removeRecords(endedBefore: .max, beyondNewest: .max) == 10_000)
        lap()
        await store.close()
        print("10,000 tombstones: write, find 100, page, remove: \(times)")
        for time in times { #expect(time < .seconds(5)) }
    }
}
