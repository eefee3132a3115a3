import APIModel
import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Testing

@Suite struct RefusalTests {
    private static let path = "/pools/python/executions"
    private static let body = #"{"code":"1"}"#

    @Test(arguments: [
        ("", "InvalidApiVersion"), ("?identifier=abcd", "InvalidApiVersion"),
        ("?api-version=&identifier=abcd", "InvalidApiVersion"),
        ("?api-version=1&identifier=abcd", "InvalidApiVersion"),
        ("?api-version=%zz&identifier=abcd", "InvalidApiVersion"),
        (
            "?api-version=2025-10-02-preview&api-version=2025-10-02-preview&identifier=abcd",
            "InvalidApiVersion"
        ),
        ("?api-version=2025-10-02-preview", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier", "InvalidLengthOfSessionIdentifier"),
        ("?api-version=2025-10-02-preview&identifier=", "InvalidLengthOfSessionIdentifier"),
        ("?api-version=2025-10-02-preview&identifier=abc", "InvalidLengthOfSessionIdentifier"),
        (
            "?api-version=2025-10-02-preview&identifier=" + String(repeating: "a", count: 129),
            "InvalidLengthOfSessionIdentifier"
        ),
        ("?api-version=2025-10-02-preview&identifier=ab%20cd", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier=abcd%00", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier=abc%C3%A9", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier=abcd%5C", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier=abcd%ff", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier=abcd&identifier=efgh", "SessionRequestValidationFailed"),
        ("?api-version=2025-10-02-preview&identifier=abcd&IDENTIFIER=abcd", "SessionRequestValidationFailed"),
    ])
    func `A query that does not do is refused with the contract's code`(query: String, code: String)
        async throws
    {
        try await RunningServer.with { server in
            try Self.expect(try await server.post(Self.body, to: Self.path + query), 400, code)
        }
    }

    @Test(arguments: [
        ("", "SessionPropertiesMissing"), ("{", "SessionPropertiesMissing"),
        ("{}", "SessionPropertiesMissing"),
        ("code=1", "SessionPropertiesMissing"), (#"{"properties":{}}"#, "SessionPropertiesMissing"),
        (#"{"code":5}"#, "SessionRequestValidationFailed"),
        (#"{"code":"1","timeoutInSeconds":221}"#, "SessionRequestValidationFailed"),
        (#"{"code":"1","executionType":"Later"}"#, "SessionRequestValidationFailed"),
        (#"{"shellCommand":"ls"}"#, "SessionRequestNotSupported"),
    ])
    func `A body that does not do is refused with the contract's code on every route`(
        body: String,
        code: String
    ) async throws {
        try await RunningServer.with { server in
            for path in ["executions", "code/execute", "execute", "python/execute"] {
                let answer = try await server.post(body, to: "/pools/python/\(path)" + RunningServer.query)
                try Self.expect(answer, 400, code)
            }
        }
    }

    @Test(arguments: ["a b", "a/b", "é", String(repeating: "a", count: 129), "one, two"])
    func `An operation-id that is none is refused`(id: String) async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(Self.body, headers: ["operation-id": id])
            try Self.expect(answer, 400, "SessionRequestValidationFailed")
            let twice = try await server.post(Self.body, headers: ["operation-id": "a", "Operation-Id": "b"])
            try Self.expect(twice, 400, "SessionRequestValidationFailed")
        }
    }

    @Test func `A compressed body is refused, as nothing unpacks it`() async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(Self.body, headers: ["Content-Encoding": "gzip"])
            try Self.expect(answer, 415, "UnsupportedMediaType")
            #expect(try await server.post(Self.body, headers: ["Content-Encoding": "identity"]).status == 200)
        }
    }

    @Test func `Too much code is refused though the body would do`() async throws {
        try await RunningServer.with(ScriptedDispatch(limits: ExecutionLimits(codeBytes: 100))) { server in
            let code = String(repeating: "x", count: 101)
            try Self.expect(try await server.post(#"{"code":"\#(code)"}"#), 413, "PayloadTooLarge")
            #expect(try await server.post(#"{"code":"\#(code.dropLast())"}"#).status == 200)
        }
    }

    @Test func `A body over the limit is refused, announced or streamed, and the connection goes on`()
        async throws
    {
        let limits = ExecutionLimits(codeBytes: 1000)
        let limit = ExecutionRequest.bodyLimit(for: limits)
        try await RunningServer.with(ScriptedDispatch(limits: limits)) { server in
            func padded(_ size: Int) -> ByteBuffer {
                var buffer = ByteBuffer(string: Self.body)
                buffer.writeRepeatingByte(UInt8(ascii: " "), count: size - buffer.readableBytes)
                return buffer
            }
            #expect(try await server.send(body: .bytes(padded(limit))).status == 200)
            try Self.expect(try await server.send(body: .bytes(padded(limit + 1))), 413, "PayloadTooLarge")
            let chunks = (0..<400).map { _ in ByteBuffer(repeating: UInt8(ascii: " "), count: 64 << 10) }
            let streamed = try await server.send(body: .stream(AsyncStream(chunks), length: .unknown))
            try Self.expect(streamed, 413, "PayloadTooLarge")
            #expect(try await server.post(Self.body).status == 200)
        }
    }

    static func expect(_ answer: RunningServer.Answer, _ status: Int, _ code: String) throws {
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.headers["x-ms-error-code"] == [code])
        // A missing right is answered with no body, as at Azure.
        guard status != 403 else {
            #expect(answer.text.isEmpty)
            return
        }
        #expect(answer.code == code)
        #expect(answer.headers["content-type"] == ["application/json; charset=utf-8"])
        #expect(answer.headers["api-supported-versions"] == [APIVersion.supported])
        #expect(!answer.message.isEmpty)
        let trace = try #require(answer.json?["error"]?["traceId"]?.text)
        #expect(answer.headers["x-ms-request-id"] == [trace])
    }
}
