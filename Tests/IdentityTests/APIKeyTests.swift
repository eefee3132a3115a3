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

    @Test func `A fingerprint is the SHA-256 of the text`() throws {
        #expect(
            Fingerprint(of: "abc").description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(
            Fingerprint(of: "").description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        #expect(
            try #require(APIKey("clk_0123456789abcdefghij")).fingerprint
                == Fingerprint(of: "clk_0123456789abcdefghij")
        )
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

@Suite struct CallerTests {
    @Test func `A missing right is named, and where it is missing`() throws {
        let python = try PoolName("python")
        let caller = Caller(name: "reader", grants: [Caller.Grant(rights: [.files], pools: .only([python]))])
        try caller.require(.files, in: python)
        let inPool = #expect(throws: Failure.self) { try caller.require([.execute, .files], in: python) }
        #expect(inPool?.code == .forbidden)
        #expect(inPool?.message == "The caller lacks the right in the pool python: execute.")
        let elsewhere = #expect(throws: Failure.self) { try caller.require(.files, in: PoolName("node")) }
        #expect(elsewhere?.code == .forbidden)
    }

    @Test func `Rights in some pools are no rights over what belongs to none`() throws {
        let python = try PoolName("python")
        let one = Caller(name: "one", grants: [Caller.Grant(rights: .all, pools: .only([python]))])
        #expect(one.rights(in: python) == .all)
        #expect(one.rights(in: nil) == [])
        #expect(Caller(name: "all", rights: .all).rights(in: nil) == .all)
    }

    @Test func `An executor does not administer, an operator does everything`() {
        #expect(Rights(of: [.executor]) == [.execute, .files, .sessions])
        #expect(Rights(of: [.operator]) == .all)
        #expect(Rights(of: []) == [])
        #expect(Role.named("executor") == .executor)
        #expect(Role.named("Operator") == nil)
    }
}
