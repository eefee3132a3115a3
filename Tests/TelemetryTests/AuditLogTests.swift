import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import Telemetry

/// The audit log's file, queue and lines.
@Suite("The audit log", .timeLimit(.minutes(1)))
final class AuditLogTests: Sendable {
    private let folder: String
    private let book = Book()

    init() {
        var template = Array("/tmp/cloister-audit-XXXXXX".utf8CString)
        folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private var path: String { folder + "/audit.jsonl" }

    /// Keeps what is logged.
    private final class Book: Sendable {
        let lines = Mutex<[String]>([])

        var logger: Logger { Logger(label: "test") { [self] _ in Handler(book: self) } }
        func contains(_ text: String) -> Bool { lines.withLock { $0.contains { $0.contains(text) } } }

        private struct Handler: LogHandler {
            let book: Book
            var logLevel = Logger.Level.trace
            var metadata: Logger.Metadata = [:]

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) { book.lines.withLock { $0.append("\(event.message)") } }
        }
    }

    private func log(keepsCode: Bool = false, bounds: AuditLog.Bounds = .init()) throws -> AuditLog {
        try AuditLog(path: path, keepsCode: keepsCode, bounds: bounds, logger: book.logger)
    }

    private func lines(_ path: String? = nil) throws -> [[String: Any]] {
        let text = try String(contentsOfFile: path ?? self.path, encoding: .utf8)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func operations(_ path: String? = nil) throws -> [String] {
        try lines(path).compactMap { $0["operation"] as? String }
    }

    private func write(_ operation: String, to log: AuditLog) {
        let draft = log.draft(AuditEntry(operation: operation))
        _ = draft.reserve()
        draft.finish()
    }

    @Test("A line has every member that is known, whatever stands in it, and no other")
    func members() async throws {
        let log = try log()
        let hostile = "\"}\n{\"caller\":\"root\\ \u{0}\u{2028}é"
        let draft = log.draft(AuditEntry(operation: "POST /executions"))
        draft.note { entry in
            entry.caller = hostile
            entry.identifier = "abcd"
            entry.code = "secret code"
            entry.codeDigest = "00ff"
            entry.status = 200
            entry.bytesIn = 12
            entry.milliseconds = ["total": 1.23456, "run": .infinity]
        }
        draft.finish()
        await log.flush(within: .seconds(5))
        let line = try #require(try lines().first)
        #expect(line["caller"] as? String == hostile)
        #expect(line["status"] as? Int == 200)
        #expect((line["milliseconds"] as? [String: Double])?["total"] == 1.235)
        #expect((line["milliseconds"] as? [String: Double])?["run"] == 0)
        let names: Set = [
            "time", "operation", "caller", "identifier", "codeSha256", "status", "milliseconds", "bytesIn",
        ]
        #expect(Set(line.keys) == names)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test("The code is written only where it was asked for")
    func code() async throws {
        let log = try log(keepsCode: true)
        let draft = log.draft(AuditEntry(operation: "x"))
        draft.note { $0.code = "print(1)\n" }
        draft.finish()
        await log.flush(within: .seconds(5))
        #expect(try lines().first?["code"] as? String == "print(1)\n")
    }

    @Test("A draft becomes one line, however often it is finished, and also when it is forgotten")
    func once() async throws {
        let log = try log()
        let draft = log.draft(AuditEntry(operation: "finished"))
        for _ in 0..<3 { draft.finish() }
        _ = log.draft(AuditEntry(operation: "forgotten"))
        await log.flush(within: .seconds(5))
        #expect(try operations().sorted() == ["finished", "forgotten"])
    }

    @Test("Lines of many writers do not mix, and none is lost")
    func many() async throws {
        let log = try log(bounds: .init(lines: 100_000))
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask { for number in 0..<500 { self.write("\(writer)-\(number)", to: log) } }
            }
        }
        await log.flush(within: .seconds(10))
        #expect(Set(try operations()).count == 4_000)
    }

    @Test("A log that was there is gone on with, and a renamed one is left when it is opened anew")
    func rotation() async throws {
        try "{\"operation\":\"old\"}\n".write(toFile: path, atomically: false, encoding: .utf8)
        let log = try log()
        write("first", to: log)
        await log.flush(within: .seconds(5))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        write("second", to: log)
        await log.flush(within: .seconds(5))
        log.reopen()
        write("third", to: log)
        await log.flush(within: .seconds(5))
        #expect(try operations(path + ".1") == ["old", "first", "second"])
        #expect(try operations() == ["third"])
    }

    @Test("When it cannot be opened anew the old file goes on")
    func failedReopening() async throws {
        let log = try log()
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        log.reopen()
        write("still", to: log)
        await log.flush(within: .seconds(5))
        #expect(book.contains("cannot be opened anew"))
        #expect(try operations(path + ".1") == ["still"])
    }

    @Test("A directory, a pipe or a missing folder is refused with a sentence")
    func refused() throws {
        mkfifo(folder + "/pipe", 0o600)
        for path in [folder, folder + "/pipe", folder + "/none/audit"] {
            let error = #expect(throws: AuditFileError.self) {
                try AuditLog(path: path, keepsCode: false, logger: self.book.logger)
            }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test("Without a place for its line nothing is to be done; lines about refusals are counted instead")
    func full() async throws {
        let log = try log(bounds: .init(lines: 2))
        let (one, two) = (log.draft(AuditEntry(operation: "one")), log.draft(AuditEntry(operation: "two")))
        #expect(one.reserve())
        #expect(one.reserve())
        #expect(two.reserve())
        let three = log.draft(AuditEntry(operation: "three"))
        #expect(!three.reserve())
        three.finish()
        one.finish()
        two.finish()
        await log.flush(within: .seconds(5))
        write("four", to: log)
        await log.flush(within: .seconds(5))
        let told = try operations()
        #expect(told.contains("dropped 1 lines about refused requests"))
        #expect(Set(["one", "two", "four"]).isSubset(of: told))
        #expect(!told.contains("three"))
    }

    @Test("A disk without room is told once, keeps the lines, and gives no place when the queue is full")
    func fullDisk() async throws {
        // The kernel's file that is always full stands for the disk.
        symlink("/dev/full", path)
        let log = AuditLog(
            file: try AuditFile(path: path, mustBeRegular: false),
            keepsCode: false,
            bounds: .init(lines: 3),
            logger: book.logger
        )
        for number in 0..<3 { write("\(number)", to: log) }
        await log.flush(within: .seconds(5))
        #expect(book.contains("the audit log cannot be written"))
        #expect(book.contains("audit lines are not written"))
        #expect(!log.draft(AuditEntry(operation: "x")).reserve())
        unlink(path)
        log.reopen()
        let deadline = ContinuousClock.now + .seconds(20)
        // It tries again by itself, once a second.
        while (try? operations().count) ?? 0 < 3, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try Set(operations()).isSuperset(of: ["0", "1", "2"]))
        #expect(book.contains("is written again"))
        #expect(log.draft(AuditEntry(operation: "y")).reserve())
    }
}
