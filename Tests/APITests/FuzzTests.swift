import NIOCore
import SeededRandomness
import Testing

@Suite(.timeLimit(.minutes(2))) struct FuzzTests {
    private static let paths = [
        "/", "//", "pools", "python", "executions", "execute", "code", "healthz", "subscriptions", "s",
        "resourceGroups",
        "sessionPools", "%2f", "%00", "%", "..", ".", "{pool}", "*", "**", ":", "?", "#", "é", "a\u{7f}", ";",
        "@", "[",
        "/pools/python/executions", "/pools/python/python/execute",
        "/subscriptions/s/resourceGroups/r/sessionPools/python",
    ]
    private static let queries = [
        "?", "&", "=", "api-version=2025-10-02-preview", "&identifier=abcd", "identifier", "api-version", "%",
        "%41", "%ff", "+",
        "é", "#", "/", "x=1", "&&", "a%20b", "?api-version=2024-10-02-preview&identifier=abcdef",
    ]
    private static let bodies = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\"code\"", "\"properties\"", "\"pythonCode\"",
        "\"timeoutInSeconds\"",
        "\"codeInputType\"", "\"InlineBase64\"", "\"executionType\"", "\"outputStreamsMaxLength\"", "1", "-1",
        "1e999", "null",
        "true", "\"1+1\"", "\u{0}", "\u{FEFF}", "\u{FFFD}", " ", "{\"code\":",
        "{\"properties\":{\"code\":\"1\"}}", "\"\\ud800\"",
        "{\"code\":\"1\",\"outputStreamsMaxLength\":0}",
        "{\"code\":\"1\",\"timeoutInSeconds\":9223372036854775807}",
    ]
    private static let headers = [
        "operation-id: x\r\n", "operation-id: \r\n", "operation-id: ä\r\n", "Content-Encoding: gzip\r\n",
        "Authorization: x\r\n",
        "Content-Type: multipart/form-data\r\n", "Expect: 100-continue\r\n", "Accept: x\r\n",
        "Upgrade: h2c\r\n", "",
    ]

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `No request makes the server fail or fall silent`(seed: UInt64) async throws {
        try await RunningServer.with { server in
            var generator = SeededGenerator(seed: seed)
            for number in 0..<120 {
                let request = Self.request(using: &generator)
                let answer = try await server.exchange(request)
                let status = answer.dropFirst("HTTP/1.1 ".count).prefix(3)
                #expect(
                    answer.hasPrefix("HTTP/1.1 ") && ["2", "4"].contains(status.first),
                    "seed \(seed), number \(number): \(request) -> \(answer)"
                )
            }
            #expect(try await server.post(#"{"code":"1"}"#).status == 200)
        }
    }

    private static func request(using generator: inout SeededGenerator) -> String {
        let path =
            Bool.random(using: &generator) ? "/pools/python/executions" : "/" + some(paths, 6, &generator)
        let query = Bool.random(using: &generator) ? RunningServer.query : some(queries, 5, &generator)
        let body = some(bodies, 9, &generator)
        let method =
            ["POST", "POST", "POST", "GET", "PUT", "OPTIONS"].randomElement(using: &generator) ?? "POST"
        return "\(method) \(path)\(query) HTTP/1.1\r\n\(RunningServer.raw)Connection: close\r\n"
            + some(headers, 2, &generator) + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func some(_ pieces: [String], _ most: Int, _ generator: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...most, using: &generator)
        return (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
}
