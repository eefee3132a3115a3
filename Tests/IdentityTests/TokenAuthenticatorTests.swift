import Domain
import Logging
import TestSupport
import Testing

@testable import Identity

/// Tokens and the keys of their issuers, with an issuer that the test plays.
@Suite(.timeLimit(.minutes(1))) struct TokenAuthenticatorTests {
    private static let now: @Sendable () -> UInt64 = { UInt64(TokenForge.now * 1_000) }

    /// Runs an authenticator with one issuer.
    private func with(
        _ source: PlayedKeySource,
        pause: Duration = .zero,
        _ body: (TokenAuthenticator) async throws -> Void
    ) async throws {
        let issuer = try IssuerConfiguration(url: TokenForge.issuer, audiences: [TokenForge.audience])
        let authenticator = TokenAuthenticator(
            [issuer],
            now: Self.now,
            logger: LogBook().logger,
            times: KeySetCache.Times(pause: pause)
        ) { _ in source }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await authenticator.run() }
            _ = await eventually { await source.count > 0 }
            try await body(authenticator)
            group.cancelAll()
        }
        #expect(await source.isClosed)
    }

    private func code(_ body: () async throws -> Caller) async -> String {
        do {
            return try await body().name
        } catch let failure as Failure {
            return failure.code.name
        } catch {
            return "\(error)"
        }
    }

    @Test func `A key that the issuer began to use is learned by the first token that names it`() async throws
    {
        let (old, new) = (TokenForge.p256("old"), TokenForge.p256("new"))
        let source = PlayedKeySource([old])
        try await with(source) { authenticator in
            #expect(try await authenticator.caller(presenting: old.token("ES256")).name == "someone")
            await source.publish([old, new])
            #expect(try await authenticator.caller(presenting: new.token("ES256")).name == "someone")
            await source.publish([new])
            let stranger = try TokenForge.p256("stranger").token("ES256")
            #expect(await code { try await authenticator.caller(presenting: stranger) } == "Unauthorized")
            // The refetch for the stranger's token has told that the old key is withdrawn.
            #expect(
                await code { try await authenticator.caller(presenting: old.token("ES256")) }
                    == "Unauthorized"
            )
        }
    }

    @Test func `However many tokens with unknown keys come, the issuer is asked once in a pause`()
        async throws
    {
        let forge = TokenForge.p256("known")
        let source = PlayedKeySource([forge])
        try await with(source, pause: .seconds(3_600)) { authenticator in
            _ = await eventually {
                await code { try await authenticator.caller(presenting: forge.token("ES256")) } == "someone"
            }
            await withTaskGroup(of: String.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        await code {
                            try await authenticator.caller(
                                presenting: TokenForge.p256("k\(number)").token("ES256")
                            )
                        }
                    }
                }
                for await answer in group { #expect(answer == "Unauthorized") }
            }
            #expect(await source.count == 1)
        }
    }

    @Test func `All who come while the issuer is asked wait for the one answer`() async throws {
        let forge = TokenForge.p256("known")
        let source = PlayedKeySource([forge])
        await source.hold()
        try await with(source, pause: .seconds(3_600)) { authenticator in
            await withTaskGroup(of: String.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        await code { try await authenticator.caller(presenting: forge.token("ES256")) }
                    }
                }
                await source.release()
                for await answer in group { #expect(answer == "someone") }
            }
            #expect(await source.count == 1)
        }
    }

    @Test func `While the issuer is down known keys serve, and others are told to come again`() async throws {
        let forge = TokenForge.p256("known")
        let source = PlayedKeySource([forge])
        try await with(source, pause: .milliseconds(1)) { authenticator in
            _ = await eventually {
                await code { try await authenticator.caller(presenting: forge.token("ES256")) } == "someone"
            }
            await source.publish(nil)
            let stranger = try TokenForge.p256("new").token("ES256")
            #expect(
                await code { try await authenticator.caller(presenting: stranger) }
                    == "IdentityProviderUnavailable"
            )
            #expect(try await authenticator.caller(presenting: forge.token("ES256")).name == "someone")
        }
    }

    @Test func `Tokens of other issuers and wrong algorithms do not make the issuer be asked`() async throws {
        let forge = TokenForge.p256("known")
        let source = PlayedKeySource([forge])
        try await with(source) { authenticator in
            let asked = await source.count
            for token in [
                try forge.token("ES256", claims: TokenForge.claims(["iss": "https://evil.example"])),
                try forge.token("HS256"), try forge.token("none"), "a.b.c", "",
            ] {
                #expect(await code { try await authenticator.caller(presenting: token) } == "Unauthorized")
            }
            #expect(await source.count == asked)
        }
    }

    @Test func `Nobody waits for an authenticator that does not run`() async throws {
        let source = PlayedKeySource([TokenForge.p256("known")])
        let issuer = try IssuerConfiguration(url: TokenForge.issuer, audiences: [TokenForge.audience])
        let authenticator = TokenAuthenticator(
            [issuer],
            now: Self.now,
            logger: LogBook().logger,
            times: .init()
        ) { _ in
            source
        }
        let token = try TokenForge.p256("known").token("ES256")
        #expect(
            await code { try await authenticator.caller(presenting: token) } == "IdentityProviderUnavailable"
        )
    }
}
