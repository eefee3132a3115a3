import API
import Domain
import FoundationEssentials
import Logging
import NIOHTTP1
import SeededRandomness
import Testing

@testable import Identity

/// Credentials of every shape against the real key ring and the real checks of tokens.
@Suite(.timeLimit(.minutes(2))) struct CredentialFuzzTests {
    private struct EmptyArchive: KeyArchive {
        func keep(_ key: KeyRecord) {}
        func keys() -> [KeyRecord] { [] }
        func removeKey(_ id: KeyID) {}
    }

    /// An issuer with one key, whose private half nobody has.
    private struct OneKey: KeySetSource {
        func keySet() async throws -> KeySet {
            let json = """
                {"keys":[{"kty":"EC","crv":"P-256","kid":"one","use":"sig",
                "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}
                """
            guard let set = KeySet(json: Array(json.utf8), algorithms: [.rs256, .es256]) else {
                throw KeySetError(description: "no set")
            }
            return set
        }

        func close() async {}
    }

    private static let texts = [
        "Bearer", "bearer", "Basic", " ", "  ", "\t", ".", "..", "a", "clk_", "=", "é", ",", "\"", "%00",
        RunningServer.key, String(RunningServer.key.dropLast()), String(repeating: "x", count: 9_000),
        "eyJhbGciOiJub25lIn0", "e30", "bnVsbA", "W10",
    ]
    private static let headers = [
        #"{"alg":"none"}"#, #"{"alg":"ES256","kid":"one"}"#, #"{"alg":"ES256","kid":"two"}"#,
        #"{"alg":"ES256"}"#,
        #"{"alg":"RS256","kid":"one"}"#, #"{"alg":"HS256","kid":"one"}"#, #"{"alg":7}"#, #"{"#, #"[]"#, #""#,
        #"{"alg":"ES256","crit":["x"]}"#,
        #"{"alg":"ES256","kid":"one","typ":"JWT","jku":"http://127.0.0.1:1/"}"#,
    ]
    private static let payloads = [
        #"{"iss":"https://issuer.example","sub":"s","aud":"a","exp":9e99}"#,
        #"{"iss":"https://issuer.example"}"#,
        #"{"iss":"https://other.example"}"#, #"{}"#, #"{"iss":7}"#, #"null"#, #"{"exp":1e999}"#,
        #"{"iss":"https://issuer.example","exp":-1,"nbf":1e308,"aud":[[[[[]]]]]}"#,
    ]

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `No credential makes the server fail, and none is taken for a caller`(seed: UInt64) async throws {
        let key = try #require(APIKey(RunningServer.key))
        let ring = try await KeyRing(archive: EmptyArchive(), fileKey: key, now: { 2_000_000_000_000 })
        let issuer = try IssuerConfiguration(url: "https://issuer.example", audiences: ["a"])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let tokens = TokenAuthenticator([issuer], now: { 2_000_000_000_000 }, logger: logger, times: .init())
        { _ in
            OneKey()
        }
        let access = APIAccess(authenticator: CredentialAuthenticator(keys: ring, tokens: tokens), keys: ring)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await tokens.run() }
            try await RunningServer.with(access: access) { server in
                var generator = SeededGenerator(seed: seed)
                for number in 0..<150 {
                    let text = Self.credential(using: &generator)
                    let name = Bool.random(using: &generator) ? "Authorization" : "x-ms-apikey"
                    let answer = try await server.exchange(
                        "POST /pools/python/executions\(RunningServer.query) HTTP/1.1\r\nHost: a\r\n"
                            + "Connection: close\r\n\(name): \(text)\r\nContent-Length: 12\r\n\r\n{\"code\":\"1\"}"
                    )
                    let status = answer.dropFirst("HTTP/1.1 ".count).prefix(3)
                    let isTheKey = text.split(separator: " ").last.map(String.init) == RunningServer.key
                    #expect(
                        ["400", "401"].contains(status) || isTheKey && status == "200",
                        "seed \(seed), number \(number): \(name): \(text.prefix(300)) -> \(answer.prefix(200))"
                    )
                }
                let good = try await server.post(#"{"code":"1"}"#)
                #expect(good.status == 200)
            }
            group.cancelAll()
        }
    }

    private static func credential(using generator: inout SeededGenerator) -> String {
        guard Bool.random(using: &generator) else {
            let count = Int.random(in: 0...5, using: &generator)
            return (0..<count).map { _ in texts.randomElement(using: &generator) ?? "" }.joined()
        }
        let parts = [headers, payloads].map { choices in
            var bytes = Array((choices.randomElement(using: &generator) ?? "").utf8)
            if !bytes.isEmpty, Int.random(in: 0..<4, using: &generator) == 0 {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
                    in: .min ... .max,
                    using: &generator
                )
            }
            return encoded(bytes)
        }
        let count = Int.random(in: 0...80, using: &generator)
        let signature = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "Bearer " + (parts + [encoded(signature)]).joined(separator: ".")
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }
}
