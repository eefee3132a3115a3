import Domain
import Identity
import Testing

@Suite struct APIKeyTests {
    @Test func `A drawn key has the prefix and 43 characters of base64url`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let secret = APIKey.draw(using: &generator).secret
            #expect(secret.hasPrefix("clk_"))
            #expect(secret.utf8.count == 4 + 43)
            let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            #expect(secret.dropFirst(4).allSatisfy(allowed.contains))
            #expect(APIKey(secret) != nil)
        }
    }

    @Test func `Two drawn keys differ`() {
        var generator = SystemRandomNumberGenerator()
        let secrets = (0..<100).map { _ in APIKey.draw(using: &generator).secret }
        #expect(Set(secrets).count == secrets.count)
    }

    @Test(arguments: [
        ("", false), ("clk_too-short", false), (String(repeating: "k", count: 19), false),
        (String(repeating: "k", count: 20), true), (String(repeating: "k", count: 512), true),
        (String(repeating: "k", count: 513), false), ("clk_with a space in the middle", false),
        ("clk_with-ümlaut-in-the-middle", false), ("clk_with-newline\n-in-the-middle", false),
    ])
    func `A key is taken over when it has 20 to 512 visible ASCII characters`(text: String, isKey: Bool) {
        #expect((APIKey(text) != nil) == isKey)
    }

    @Test func `A key matches itself and nothing that differs in one place or in length`() throws {
        let secret = "clk_0123456789abcdefghij"
        let key = try #require(APIKey(secret))
        #expect(key.matches(secret))
        #expect(!key.matches(""))
        #expect(!key.matches(String(secret.dropLast())))
        #expect(!key.matches(secret + "k"))
        for index in secret.indices {
            var other = secret
            other.replaceSubrange(index...index, with: "!")
            #expect(!key.matches(other))
        }
    }

    @Test func `A key never shows its secret when it is printed`() throws {
        let key = try #require(APIKey("clk_0123456789abcdefghij"))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), String(describing: [key]), dumped] {
            #expect(!text.contains("0123456789"))
        }
    }
}

@Suite struct AuthenticatorTests {
    private let first = "clk_first-first-first-first"
    private let second = "clk_second-second-second"

    @Test func `A known token leads to its caller`() async throws {
        let authenticator: any Authenticator = APIKeyAuthenticator([
            (try #require(APIKey(first)), Caller(name: "one", rights: .all)),
            (try #require(APIKey(second)), Caller(name: "two", rights: .execute)),
        ])
        #expect(try await authenticator.caller(bearing: first).name == "one")
        #expect(try await authenticator.caller(bearing: second).name == "two")
    }

    @Test(arguments: ["", "clk_", "clk_first-first-first-firs", "clk_first-first-first-first ", "x"])
    func `An unknown token is refused as unauthorized`(token: String) async throws {
        let authenticator = APIKeyAuthenticator(administratorKey: try #require(APIKey(first)))
        let failure = #expect(throws: Failure.self) { try authenticator.caller(bearing: token) }
        #expect(failure?.code == .unauthorized)
    }

    @Test func `The administrator's key holds every right`() throws {
        let key = try #require(APIKey(first))
        let caller = try APIKeyAuthenticator(administratorKey: key).caller(bearing: first)
        #expect(caller.rights == .all)
        try caller.require([.execute, .files, .sessions, .administration])
    }

    @Test func `A missing right is named`() throws {
        let caller = Caller(name: "reader", rights: [.files])
        let failure = #expect(throws: Failure.self) { try caller.require([.execute, .files]) }
        #expect(failure?.code == .forbidden)
        #expect(failure?.message == "The caller lacks the right: execute.")
    }
}
