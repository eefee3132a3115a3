import API
import APIModel
import Domain
import Identity
import NIOHTTP1
import Testing

@Suite struct RateLimitTests {
    private static let body = #"{"code":"1"}"#

    @Test func `Over its rate a caller gets 429 and is told when to come again; others are not touched`()
        async throws
    {
        let other = "clk_other-key-other-key"
        let callers = [
            RunningServer.key: Caller(name: "test", rights: .all),
            other: Caller(
                name: "other",
                grants: [Caller.Grant(rights: .all, pools: .all)],
                rate: try RequestRate(perMinute: 600, burst: 100)
            ),
        ]
        let access = APIAccess(
            authenticator: PlayedAuthenticator(callers: callers),
            rate: try RequestRate(perMinute: 1, burst: 3)
        )
        try await RunningServer.with(access: access) { server in
            for remaining in [2, 1, 0] {
                let answer = try await server.post(Self.body)
                #expect(answer.status == 200)
                #expect(answer.headers["RateLimit-Limit"] == ["3"])
                #expect(answer.headers["RateLimit-Remaining"] == ["\(remaining)"])
                let reset = Int(answer.headers.first(name: "RateLimit-Reset") ?? "") ?? 0
                #expect(((3 - remaining) * 60 - 30...(3 - remaining) * 60).contains(reset))
                #expect(answer.headers["Retry-After"].isEmpty)
            }
            let refused = try await server.post(Self.body)
            try RefusalTests.expect(refused, 429, "TooManyRequests")
            let seconds = Int(refused.headers.first(name: "Retry-After") ?? "") ?? 0
            #expect((30...60).contains(seconds))
            #expect(refused.headers["RateLimit-Remaining"] == ["0"])
            #expect(refused.json?["code"] == .string("TooManyRequests"))
            let another = try await server.post(Self.body, key: other)
            #expect(another.status == 200)
            #expect(another.headers["RateLimit-Limit"] == ["100"])
            #expect(try await server.send(.GET, "/healthz").headers["RateLimit-Limit"].isEmpty)
        }
    }

    @Test func `A refused request counts and has the headers, too`() async throws {
        let access = APIAccess(
            authenticator: PlayedAuthenticator(),
            rate: try RequestRate(perMinute: 1, burst: 2)
        )
        try await RunningServer.with(access: access) { server in
            let wrong = try await server.post("{")
            #expect(wrong.status == 400)
            #expect(wrong.headers["RateLimit-Remaining"] == ["1"])
            let unknown = try await server.send(.GET, "/nothing")
            #expect(unknown.status == 404)
            #expect(unknown.headers["RateLimit-Remaining"] == ["0"])
            #expect(try await server.post(Self.body).status == 429)
        }
    }

    @Test func `Without a limit there are no headers about one`() async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(Self.body)
            #expect(answer.headers["RateLimit-Limit"].isEmpty)
        }
    }
}
