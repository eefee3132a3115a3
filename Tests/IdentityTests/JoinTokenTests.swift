import Domain
import Identity
import Synchronization
import Testing

@Suite struct JoinTokenTests {
    private static let authority = [UInt8](repeating: 0xA5, count: 32)

    private actor Archive: JoinTokenArchive {
        private(set) var kept: [String: JoinTokenRecord] = [:]

        func keep(_ token: JoinTokenRecord) { kept[token.id] = token }
        func joinTokens() -> [JoinTokenRecord] { kept.values.sorted { $0.id < $1.id } }
        func takeJoinToken(_ id: String, digest: [UInt8], at now: UInt64) -> JoinTokenRecord? {
            guard let token = kept[id], token.digest == digest, token.expiresAt > now else { return nil }
            return kept.removeValue(forKey: id)
        }
        func removeJoinToken(_ id: String) -> Bool { kept.removeValue(forKey: id) != nil }
    }

    private final class Clock: Sendable {
        let milliseconds = Mutex<UInt64>(1_000_000)
    }

    private let archive = Archive()
    private let clock = Clock()
    private var tokens: JoinTokens {
        JoinTokens(archive: archive, now: { [clock] in clock.milliseconds.withLock { $0 } })
    }

    private func use(_ token: JoinToken, by worker: String = "worker-1") async throws -> String {
        try await tokens.use(token.text, by: WorkerID(worker)) { record throws(Failure) in record.id }
    }

    @Test func `A token reads as it was written, names its authority, and only its hash is kept`()
        async throws
    {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        let read = try #require(JoinToken(made.token.text))
        #expect(read.id == made.record.id)
        #expect(read.authority == Self.authority)
        #expect(made.record.digest == Fingerprint(of: made.token.text).bytes)
        #expect(!"\(made.record)".contains(made.token.text))
        #expect(!"\(made.token)".contains(made.token.text.dropFirst(13)))
        let other = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        #expect(other.token.text != made.token.text)
    }

    @Test func `What is not written like a token is none`() async throws {
        let text = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil).token.text
        let parts = text.split(separator: ".").map(String.init)
        let wrong = [
            "", "clj_", String(text.dropLast()), text + "A", text + ".x", text.uppercased(), " " + text,
            "clk_" + text.dropFirst(4), parts[0] + "." + parts[1],
            "clj_0123456g." + parts[1] + "." + parts[2],
            parts[0] + "." + parts[1] + "." + String(parts[2].dropLast()) + "=",
            parts[0] + "." + String(repeating: "*", count: 43) + "." + parts[2],
            String(repeating: "x", count: 100_000),
        ]
        for text in wrong { #expect(JoinToken(text) == nil, "\(text.prefix(120))") }
    }

    @Test func `A token is used once`() async throws {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        #expect(try await use(made.token) == made.record.id)
        let error = await #expect(throws: Failure.self) { try await use(made.token) }
        #expect(error?.code == .unauthorized)
    }

    @Test func `It holds until its time is over, and is listed as long`() async throws {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        clock.milliseconds.withLock { $0 += 59_999 }
        #expect(try await tokens.list() == [made.record])
        clock.milliseconds.withLock { $0 += 1 }
        #expect(try await tokens.list().isEmpty)
        let error = await #expect(throws: Failure.self) { try await use(made.token) }
        #expect(error?.code == .unauthorized)
    }

    @Test func `One for a worker is for no other, and lasts when another tried it`() async throws {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: WorkerID("worker-2"))
        let error = await #expect(throws: Failure.self) { try await use(made.token) }
        #expect(error?.message.contains("another name") == true)
        #expect(try await use(made.token, by: "worker-2") == made.record.id)
    }

    @Test func `A join that fails leaves the token to be tried again`() async throws {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        let worker = try WorkerID("worker-1")
        await #expect(throws: Failure.self) {
            try await tokens.use(made.token.text, by: worker) { _ throws(Failure) in
                throw Failure(.sessionRequestValidationFailed, "No request.")
            }
        }
        #expect(try await use(made.token) == made.record.id)
    }

    @Test func `A secret of another token of the same name does not do`() async throws {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        let other = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        let parts = other.token.text.split(separator: ".")
        let mixed = try #require(JoinToken("clj_\(made.record.id).\(parts[1]).\(parts[2])"))
        await #expect(throws: Failure.self) { try await use(mixed) }
        #expect(try await use(made.token) == made.record.id)
    }

    @Test func `A revoked token holds no more, and what is none cannot be revoked`() async throws {
        let made = try await tokens.create(for: Self.authority, lifetime: 60, worker: nil)
        try await tokens.revoke(made.record.id)
        await #expect(throws: Failure.self) { try await use(made.token) }
        for id in [made.record.id, "", "../../x", "0123ABCD"] {
            let error = await #expect(throws: Failure.self) { try await tokens.revoke(id) }
            #expect(error?.code == .resourceNotFound)
        }
    }

    @Test(arguments: [0, -1, JoinTokens.lifetimeMax + 1, .max])
    func `No token holds for ever`(lifetime: Int) async {
        await #expect(throws: Failure.self) {
            try await tokens.create(for: Self.authority, lifetime: lifetime, worker: nil)
        }
    }
}
