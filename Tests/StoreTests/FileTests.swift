import Domain
import GRDB
import Glibc
import Testing

@testable import Store

/// The file: what it is like, and which ones are refused.
@Suite("The file of the store", .timeLimit(.minutes(1)))
struct FileTests {
    private let folder = TemporaryFolder()

    private func refusal(at path: String? = nil) async -> StoreError? {
        do throws(StoreError) {
            _ = try await SQLiteStore.open(at: path ?? folder.storePath, logger: LogBook().logger)
            return nil
        } catch {
            return error
        }
    }

    /// A store with a record, closed.
    private func makeStore(records: Int = 1) async throws {
        let store = try await folder.open()
        try await store.keep(try Sample.records(0..<records))
        try await store.raise(NodeFacts(greatestGeneration: SessionGeneration(77), hasServed: true))
        await store.close()
    }

    private func edit(_ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: folder.storePath)
        try queue.writeWithoutTransaction(body)
        try queue.close()
    }

    @Test("Records and facts are there after closing and opening, ten times")
    func reopening() async throws {
        for round in 0..<10 {
            let store = try await folder.open()
            #expect(try await store.everything().count == round * 3)
            #expect(try await store.facts().greatestGeneration.number == UInt64(round))
            #expect(try await store.facts().hasServed == (round > 0))
            try await store.keep(try Sample.records(round * 3..<round * 3 + 3))
            let generation = SessionGeneration(UInt64(round + 1))
            try await store.raise(NodeFacts(greatestGeneration: generation, hasServed: true))
            await store.close()
        }
    }

    @Test("The files are for their owner alone, whatever the umask and whatever they were")
    func modes() async throws {
        let store = try await folder.open()
        try await store.keep(try Sample.records(0..<3))
        let names = ["", "-wal", "-shm"].map { folder.storePath + $0 }
        for name in names { #expect(WholeFile.mode(name) == 0o600, "\(name)") }
        for name in names { chmod(name, 0o666) }
        await store.close()
        chmod(folder.storePath, 0o644)
        let again = try await folder.open()
        try await again.keep(try Sample.records(3..<6))
        for name in names { #expect(WholeFile.mode(name) == 0o600, "\(name)") }
        await again.close()
    }

    @Test("The journal is a write-ahead log, and a commit does not wait for the disk")
    func settings() async throws {
        let pool = try StoreFile(path: folder.storePath).open(busyTime: .seconds(1))
        let found = try await pool.write { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(db, sql: "PRAGMA synchronous")
            )
        }
        #expect(found.0 == "wal")
        #expect(found.1 == 1, "1 is NORMAL")
    }

    @Test("A path may hold spaces, quotes and letters of any script")
    func oddPaths() async throws {
        let path = folder.path + "/dépôt 'ß' \"日本\" ?mode=ro#%41.sqlite"
        let store = try await SQLiteStore.open(at: path, logger: LogBook().logger)
        try await store.keep(try Sample.records(0..<3))
        await store.close()
        #expect(TemporaryFolder.names(in: folder.path).count == 1)
        let again = try await SQLiteStore.open(at: path, logger: LogBook().logger)
        #expect(try await again.everything().count == 3)
        await again.close()
    }

    @Test("A file that is no database is refused, left as it is, and the sentence says what to do")
    func noDatabase() async throws {
        for content in ["hello", String(repeating: "no database at all. ", count: 2_000)] {
            WholeFile.write(content.utf8, to: folder.storePath)
            let error = await refusal()
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("move \(folder.storePath) away") == true)
            #expect(WholeFile.read(folder.storePath) == Array(content.utf8))
        }
    }

    @Test("Damage anywhere is refused or harmless, and never ends the process")
    func damage() async throws {
        try await makeStore(records: 2_000)
        let sound = WholeFile.read(folder.storePath)
        var refused = 0
        for part in 0..<24 {
            var bytes = sound
            let start = part * (sound.count / 24)
            for index in start..<min(start + 3_000, sound.count) { bytes[index] ^= 0xa5 }
            WholeFile.write(bytes, to: folder.storePath)
            let error = await refusal()
            #expect(error == nil || error?.code == .damaged, "\(String(describing: error))")
            if error != nil { refused += 1 }
        }
        #expect(refused >= 20)
        WholeFile.write(sound[..<(sound.count / 2)], to: folder.storePath)
        #expect(await refusal()?.code == .damaged)
    }

    @Test("Damage that comes while the store is in use is told as such")
    func laterDamage() async throws {
        try await makeStore(records: 2_000)
        let store = try await folder.open()
        let file = open(folder.storePath, O_WRONLY | O_CLOEXEC)
        let noise = [UInt8](repeating: 0xa5, count: 4_096)
        for page in 1..<30 { pwrite(file, noise, noise.count, page * 4_096) }
        let error = await #expect(throws: StoreError.self) { try await store.everything() }
        #expect(error?.code == .damaged)
        await store.close()
        close(file)
    }

    @Test("A store of a newer version is refused and left as it is")
    func newerSchema() async throws {
        try await makeStore()
        try edit { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('2: of the future')") }
        let before = WholeFile.read(folder.storePath)
        let error = await refusal()
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains("newer version of Cloister. Run that version") == true)
        #expect(WholeFile.read(folder.storePath) == before)
    }

    @Test("Somebody else's database is refused and left as it is")
    func foreign() async throws {
        try edit { db in try db.execute(sql: "CREATE TABLE invoice (id INTEGER PRIMARY KEY)") }
        let before = WholeFile.read(folder.storePath)
        #expect(await refusal()?.code == .foreign)
        #expect(WholeFile.read(folder.storePath) == before)
    }

    @Test("An empty file becomes a store")
    func emptyFile() async throws {
        WholeFile.write([], to: folder.storePath)
        let store = try await folder.open()
        #expect(try await store.facts() == NodeFacts())
        await store.close()
    }

    @Test("A path without a folder and a path of a folder are refused with the reason")
    func unusable() async throws {
        let missing = await refusal(at: folder.path + "/nowhere/store.sqlite")
        #expect(missing?.code == .unusable)
        #expect(missing?.message.contains("No such file or directory. Its folder must exist") == true)
        let isFolder = await refusal(at: folder.path)
        #expect(isFolder?.code == .unusable)
    }

    @Test("A record that this version cannot read hides no other, and is logged")
    func unreadableRecord() async throws {
        try await makeStore(records: 3)
        try edit { db in
            try db.execute(sql: "UPDATE endedSession SET worker = 'no worker' WHERE generation = 1")
            try db.execute(sql: "UPDATE endedSession SET cause = 'ofTheFuture' WHERE generation = 2")
        }
        let book = LogBook()
        let store = try await folder.open(logger: book.logger)
        let found = try await store.everything()
        #expect(found.map(\.causeName) == ["ofTheFuture", "cooldown"])
        #expect(found.map(\.cause) == [nil, .cooldown])
        #expect(book.count(of: "records of ended sessions cannot be read count=1") == 1)
        await store.close()
    }
}
