import Domain
import Identity
import Synchronization
import Testing

@Suite struct KeyRingTests {
    private static let fileSecret = "clk_the-key-of-the-key-file"

    /// A time of day that the test sets.
    private final class Clock: Sendable {
        private let milliseconds = Mutex<UInt64>(1_000_000)

        func read() -> UInt64 { milliseconds.withLock { $0 } }
        func pass(_ seconds: UInt64) { milliseconds.withLock { $0 += seconds * 1_000 } }
    }

    private let clock = Clock()

    private func ring(_ archive: PlayedKeyArchive = PlayedKeyArchive()) async throws -> KeyRing {
        let key = try #require(APIKey(Self.fileSecret))
        return try await KeyRing(archive: archive, fileKey: key, now: { [clock] in clock.read() })
    }

    private func make(_ ring: KeyRing, lifetime: Duration? = nil) async throws -> (
        record: KeyRecord, key: APIKey
    ) {
        try await ring.create(
            name: "ci",
            grant: AccessGrant(roles: [.executor], pools: .only([try PoolName("python")])),
            lifetime: lifetime,
            rate: try RequestRate(perMinute: 60, burst: 5)
        )
    }

    @Test func `The key of the key file is an operator's for everything`() async throws {
        let caller = try #require(await ring().caller(holding: Self.fileSecret))
        #expect(caller.name == "key-file")
        #expect(caller.rights(in: nil) == .all)
    }

    @Test func `A made key leads to its rights and its rate, and only its hash is kept`() async throws {
        let archive = PlayedKeyArchive()
        let ring = try await ring(archive)
        let made = try await make(ring)
        let caller = try #require(await ring.caller(holding: made.key.secret))
        #expect(caller.name == made.record.id.text)
        #expect(caller.issuer == nil)
        #expect(caller.rights(in: try PoolName("python")) == [.execute, .files, .sessions])
        #expect(caller.rights(in: try PoolName("node")) == [])
        #expect(caller.rate == (try RequestRate(perMinute: 60, burst: 5)))
        let kept = try #require(await archive.kept.first)
        #expect(kept.digest == Fingerprint(of: made.key.secret).bytes)
        #expect(!"\(kept)".contains(made.key.secret))
    }

    @Test(arguments: [
        "", "clk_", "clk_the-key-of-the-key-fil", "clk_the-key-of-the-key-file ",
        "CLK_THE-KEY-OF-THE-KEY-FILE",
        String(repeating: "x", count: 100_000), "clk_the-key-of-the-key-fil\u{65}\u{301}",
    ])
    func `Anything else is nobody's`(secret: String) async throws {
        #expect(await (try ring()).caller(holding: secret) == nil)
    }

    @Test func `Keys outlive the process, and the one of the file does not outlive the file`() async throws {
        let archive = PlayedKeyArchive()
        let made = try await make(ring(archive))
        let next = try await ring(archive)
        #expect(await next.caller(holding: made.key.secret)?.name == made.record.id.text)
        let other = try await KeyRing(
            archive: archive,
            fileKey: try #require(APIKey("clk_another-key-of-the-file")),
            now: { 0 }
        )
        #expect(await other.caller(holding: Self.fileSecret) == nil)
    }

    @Test func `A revoked key is refused at once, and after a restart`() async throws {
        let archive = PlayedKeyArchive()
        let ring = try await ring(archive)
        let (kept, gone) = (try await make(ring), try await make(ring))
        try await ring.revoke(gone.record.id)
        #expect(await ring.caller(holding: gone.key.secret) == nil)
        #expect(await ring.caller(holding: kept.key.secret) != nil)
        #expect(await ring.list.map(\.id).contains(gone.record.id) == false)
        #expect(await (try self.ring(archive)).caller(holding: gone.key.secret) == nil)
        let again = await #expect(throws: Failure.self) { try await ring.revoke(gone.record.id) }
        #expect(again?.code == .keyNotFound)
    }

    @Test func `A key that the archive did not let go is refused all the same, and can be revoked again`()
        async throws
    {
        let archive = PlayedKeyArchive()
        let ring = try await ring(archive)
        let made = try await make(ring)
        await archive.refuse(true)
        let failure = await #expect(throws: Failure.self) { try await ring.revoke(made.record.id) }
        #expect(failure?.code == .notReady)
        #expect(await ring.caller(holding: made.key.secret) == nil)
        await archive.refuse(false)
        try await ring.revoke(made.record.id)
        #expect(await archive.kept.isEmpty)
    }

    @Test func `A key that could not be archived does not exist`() async throws {
        let archive = PlayedKeyArchive()
        let ring = try await ring(archive)
        await archive.refuse(true)
        await #expect(throws: Failure.self) { try await make(ring) }
        #expect(await ring.list.map(\.id) == [.ofKeyFile])
    }

    @Test func `The key of the file is not revoked over the API`() async throws {
        let ring = try await ring()
        let failure = await #expect(throws: Failure.self) { try await ring.revoke(.ofKeyFile) }
        #expect(failure?.code == .sessionRequestValidationFailed)
        #expect(await ring.caller(holding: Self.fileSecret) != nil)
    }

    @Test func `A key ends with its life, and stays in the list`() async throws {
        let ring = try await ring()
        let made = try await make(ring, lifetime: .seconds(60))
        clock.pass(59)
        #expect(await ring.caller(holding: made.key.secret) != nil)
        clock.pass(1)
        #expect(await ring.caller(holding: made.key.secret) == nil)
        let listed = await ring.list.first { $0.id == made.record.id }
        #expect(listed?.isExpired(at: clock.read()) == true)
    }

    @Test func `In the header of keys only keys count, as a bearer token both`() async throws {
        let authenticator = CredentialAuthenticator(keys: try await ring())
        #expect(try await authenticator.caller(presenting: .apiKey(Self.fileSecret)).name == "key-file")
        #expect(try await authenticator.caller(presenting: .bearer(Self.fileSecret)).name == "key-file")
        for credential in [Credential.apiKey("a.b.c"), .bearer("a.b.c"), .bearer(""), .apiKey("")] {
            let failure = await #expect(throws: Failure.self) {
                try await authenticator.caller(presenting: credential)
            }
            #expect(failure?.code == .unauthorized)
        }
    }
}
