import Domain
import Glibc
import Testing

@testable import Coordinator
@testable import Store

/// A small disk of its own in memory; it takes the rights of root to make one.
final class SmallDisk: Sendable {
    static let advice: Comment = "A disk that can be full takes root and CAP_SYS_ADMIN to mount a tmpfs."

    /// Whether one can be made here.
    static let isPossible = SmallDisk() != nil

    let folder = TemporaryFolder()
    var storePath: String { folder.storePath }

    init?() {
        guard mount("cloister", folder.path, "tmpfs", 0, "size=1m,mode=0700") == 0 else { return nil }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    /// Writes a file until nothing goes in any more.
    func fill() {
        let file = open(folder.path + "/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let bytes = [UInt8](repeating: 1, count: 4_096)
        while write(file, bytes, bytes.count) > 0 {}
        close(file)
    }

    /// Makes room again.
    func clear() { unlink(folder.path + "/ballast") }
}

@Suite("A full disk", .enabled(if: SmallDisk.isPossible, SmallDisk.advice), .timeLimit(.minutes(1)))
struct FullDiskTests {
    @Test("A full disk refuses whole batches, keeps what there is readable, and takes more with room again")
    func refusesAndRecovers() async throws {
        let disk = try #require(SmallDisk())
        let store = try await disk.folder.open()
        var kept = 0
        var refusal: StoreError?
        while refusal == nil, kept < 40_000 {
            let batch = try Sample.records(kept..<kept + 500)
            do throws(StoreError) {
                try await store.keep(batch)
                kept += 500
            } catch { refusal = error }
        }
        #expect(refusal?.code == .full)
        #expect(refusal?.message.contains("is full. Make room on it") == true)
        disk.fill()
        #expect(try await store.everything().count == kept)
        await #expect(throws: StoreError.self) { try await store.keep(Sample.records(kept..<kept + 500)) }
        #expect(try await store.everything().count == kept)
        disk.clear()
        mount("cloister", disk.folder.path, "tmpfs", UInt(MS_REMOUNT), "size=8m,mode=0700")
        try await store.keep(try Sample.records(kept..<kept + 500))
        await store.close()
        let again = try await disk.folder.open()
        #expect(try await again.everything().count == kept + 500)
        await again.close()
    }

    @Test("Opening on a full disk is refused with the reason")
    func opening() async throws {
        let disk = try #require(SmallDisk())
        disk.fill()
        let error = await #expect(throws: StoreError.self) { _ = try await disk.folder.open() }
        #expect(error?.code == .full)
    }

    @Test("The keeper holds tombstones while the disk is full, and writes them when there is room")
    func keeper() async throws {
        let disk = try #require(SmallDisk())
        let book = LogBook()
        let store = try await disk.folder.open()
        // Some pages of the log are there already; they take some batches.
        disk.fill()
        let source = PlayedSource()
        let keeper = TombstoneKeeper(store: store, retention: .zero, source: source, logger: book.logger)
        let records = try await source.bury(3_000)
        let running = Task { await keeper.run() }
        #expect(await eventually(within: .seconds(5)) { book.count(of: "is full. Make room") > 0 })
        let some = try #require(records.last)
        #expect(await keeper.endedSessions(of: some.session.key) == [some], "They stay readable.")
        disk.clear()
        #expect(await eventually(within: .seconds(5)) { await source.waitingCount == 0 })
        #expect(book.count(of: "takes tombstones again") == 1)
        running.cancel()
        await running.value
        await keeper.finish()
        let again = try await disk.folder.open()
        #expect(Set(try await again.everything()) == Set(records))
        await again.close()
    }
}
