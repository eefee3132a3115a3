import APIModel
import Domain
import NIOHTTP1
import Testing

@Suite struct RoutingTests {
    private static let azure = "/subscriptions/s/resourceGroups/r/sessionPools/python"
    private static let body = #"{"code":"1+1"}"#

    @Test(arguments: [
        ("/pools/python/executions", AnswerShape.flat), ("/pools/python/code/execute", .wrapped),
        ("/pools/python/execute", .wrapped), ("/pools/python/python/execute", .wrappedAndFlat),
        (azure + "/executions", .flat), (azure + "/code/execute", .wrapped), (azure + "/execute", .wrapped),
        (azure + "/python/execute", .wrappedAndFlat),
        ("/pools/python//executions", .flat), ("/pools/python/executions/", .flat),
        ("//pools///python/executions//", .flat),
        (azure + "//code/execute", .wrapped), ("/pools/Python/Executions", .flat),
        ("/pools/pyth%6Fn/executions", .flat),
        ("/Subscriptions/S/ResourceGroups/R/SessionPools/python/python/execute/", .wrappedAndFlat),
    ])
    func `Every path that a client may use leads to the execution and its shape`(
        path: String,
        shape: AnswerShape
    ) async throws {
        try await RunningServer.with { server in
            for wrapped in [Self.body, #"{"properties":\#(Self.body)}"#] {
                let answer = try await server.post(wrapped, to: path + RunningServer.query)
                #expect(answer.status == 200, "\(answer.text)")
                #expect((answer.json?["status"] == .string("Succeeded")) == (shape == .flat))
                #expect((answer.json?["properties"]?["status"] == .string("Success")) == (shape != .flat))
                #expect((answer.json?["stdout"] == .string("1+1")) == (shape == .wrappedAndFlat))
            }
        }
    }

    @Test(arguments: [
        "?identifier=abcd&api-version=2024-02-02-preview", "?api-version=2024-02-02-preview&identifier=abcd",
        "?x=1&Identifier=abcd&&y&API-Version=2024-02-02-PREVIEW&=&%zz=%zz",
        "?identifier=%61bcd&api-version=2024-02-02-preview",
    ])
    func `The order of the query and unknown parameters do not matter`(query: String) async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(Self.body, to: "/pools/python/executions" + query)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json?["identifier"] == .string("abcd"))
        }
    }

    @Test(arguments: ["a+b=c/d", "a%2Bb%3Dc%2Fd", "a/b?c:d@e!$'()*,;", "%28%7C%29%7B%5B%5D%7D%3C%3E"])
    func `An identifier may be escaped or not`(identifier: String) async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(
                Self.body,
                to: "/pools/python/executions?api-version=2024-02-02-preview&identifier=\(identifier)"
            )
            #expect(answer.status == 200, "\(answer.text)")
            let expected = try #require(PercentEncoding.decoded(identifier))
            #expect(answer.json?["identifier"] == .string(expected))
        }
    }

    @Test(arguments: [
        "/", "/nothing", "/pools", "/pools/python", "/pools/python/executions/one/two", "/executions",
        "/pools//executions",
        "/subscriptions/s/resourceGroups/r/executions", "/healthz/x", "/%2e%2e/healthz",
        "/pools/python/executionsx",
    ])
    func `A path that leads nowhere is not found, for every method`(path: String) async throws {
        try await RunningServer.with { server in
            for method in ["GET", "POST", "PUT", "PROPFIND"] {
                let answer = try await server.send(.init(rawValue: method), path + RunningServer.query)
                #expect(answer.status == 404)
                #expect(answer.code == "NotFound")
            }
        }
    }

    @Test(arguments: [
        ("/pools/python/executions", "POST", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]),
        ("/pools/python/code/execute", "POST", ["GET"]), ("/healthz", "GET, HEAD", ["POST", "DELETE"]),
        ("/readyz", "GET, HEAD", ["PUT"]),
    ])
    func `A wrong method is refused and told the right ones`(path: String, allowed: String, methods: [String])
        async throws
    {
        try await RunningServer.with { server in
            for method in methods {
                let answer = try await server.send(.init(rawValue: method), path)
                #expect(answer.status == 405)
                #expect(answer.code == "MethodNotAllowed")
                #expect(answer.headers.first(name: "Allow") == allowed)
            }
            let head = try await server.send(.HEAD, "/pools/python/executions")
            #expect(head.status == 405)
        }
    }

    @Test(arguments: ["py%zz", "py%ff", "py%2Fthon", "py%", "py%00"])
    func `A pool name that is badly escaped is refused`(name: String) async throws {
        try await RunningServer.with { server in
            let answer = try await server.exchange(
                "POST /pools/\(name)/executions\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                    + "Connection: close\r\nContent-Length: 0\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("SessionPoolInvalidName"))
        }
    }

    @Test func `A pool that does not exist and a name that is none are told apart`() async throws {
        try await RunningServer.with { server in
            let unknown = try await server.post(
                Self.body,
                to: "/pools/other/executions" + RunningServer.query
            )
            #expect(unknown.status == 404)
            #expect(unknown.code == "SessionPoolNotFound")
            for name in ["x", "1python", "py%20thon", String(repeating: "p", count: 64)] {
                let wrong = try await server.post(
                    Self.body,
                    to: "/pools/\(name)/executions" + RunningServer.query
                )
                #expect(wrong.status == 400)
                #expect(wrong.code == "SessionPoolInvalidName")
            }
        }
    }
}
