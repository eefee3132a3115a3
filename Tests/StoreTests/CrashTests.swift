import Dispatch
import Domain
import Glibc
import Testing

@testable import Store

/// The process ends at any moment.
@Suite("Sudden ends", .timeLimit(.minutes(1)), .serialized)
struct CrashTests {
    private static let batchCount = 5

    /// The records of a store, which have to be whole batches from the first on.
    private func batches(in store: SQLiteStore) async throws -> Int {
        let found = try await store.everything().reversed()
        #expect(found.count.isMultiple(of: Self.batchCount), "a part of a batch")
        #expect(try Array(found) == Sample.records(0..<found.count))
        return found.count / Self.batchCount
    }

    @Test("After kill -9 every confirmed batch is there, and none in part", arguments: [5, 60, 200])
    func killed(after milliseconds: Int) async throws {
        let folder = TemporaryFolder()
        let path: String = folder.storePath
        let confirmations: String = folder.path + "/confirmed"
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [
                path = path as String, confirmations = confirmations as String,
                milliseconds = milliseconds as Int
            ] in
            let confirmed = open(confirmations, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            let store = try await SQLiteStore.open(at: path, logger: LogBook().logger)
            for batch in 0..<100_000 {
                try await store.keep(try Sample.records(batch * 5..<batch * 5 + 5))
                write(confirmed, [1] as [UInt8], 1)
                guard batch == 0 else { continue }
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
                    kill(getpid(), SIGKILL)
                }
            }
        }
        let confirmed = WholeFile.read(confirmations).count
        let store = try await folder.open()
        let found = try await batches(in: store)
        #expect(confirmed > 0)
        #expect(found == confirmed || found == confirmed + 1)
        try await store.keep(try Sample.records(found * 5..<found * 5 + 5))
        await store.close()
    }

    @Test("Between any two writes the files hold all that was confirmed")
    func betweenWrites() async throws {
        let folder = TemporaryFolder()
        let store = try await folder.open()
        for batch in 0..<30 {
            try await store.keep(try Sample.records(batch * 5..<batch * 5 + 5))
            let copy = TemporaryFolder()
            // Without the index: it is in memory and is made anew.
            for end in ["", "-wal"] {
                WholeFile.write(WholeFile.read(folder.storePath + end), to: copy.storePath + end)
            }
            let copied = try await copy.open()
            #expect(try await batches(in: copied) == batch + 1)
            await copied.close()
        }
        await store.close()
    }

    @Test("A log that was cut anywhere gives the whole batches before the cut")
    func cutLog() async throws {
        let folder = TemporaryFolder()
        let store = try await folder.open()
        for batch in 0..<20 { try await store.keep(try Sample.records(batch * 5..<batch * 5 + 5)) }
        let database = WholeFile.read(folder.storePath)
        let log = WholeFile.read(folder.storePath + "-wal")
        await store.close()
        var former = 0
        for part in 0...48 {
            let copy = TemporaryFolder()
            WholeFile.write(database, to: copy.storePath)
            // An odd step, so that cuts lie within headers and within pages.
            let length = min(log.count, part * (log.count / 48 + 13))
            WholeFile.write(log[..<length], to: copy.storePath + "-wal")
            let copied = try await copy.open()
            let found = try await batches(in: copied)
            #expect(found >= former)
            former = found
            await copied.close()
        }
        #expect(former == 20)
    }

    @Test("A task that is cancelled finishes its write")
    func cancelledTask() async throws {
        let folder = TemporaryFolder()
        let store = try await folder.open()
        let writer = Task {
            while !Task.isCancelled { await Task.yield() }
            try await store.keep(try Sample.records(0..<5))
        }
        writer.cancel()
        try await writer.value
        #expect(try await batches(in: store) == 1)
        await store.close()
    }
}
