import APIModel
import Domain
import NIOHTTP1
import Synchronization
import Testing

@Suite struct SessionTests {
    static let version = "api-version=2025-02-02-preview"

    private static func life(_ identifier: String) throws -> SessionLife {
        SessionLife(
            key: SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier(identifier)),
            generation: SessionGeneration(1)
        )
    }

    static func description(_ identifier: String) throws -> SessionDescription {
        SessionDescription(
            session: try life(identifier),
            instance: "guid-of-\(identifier)",
            createdMilliseconds: 1_774_958_400_123,
            lastAccessedMilliseconds: 1_774_958_401_000,
            expiresMilliseconds: 1_774_958_701_000
        )
    }

    private static func ended(_ cause: EndCause) throws -> EndedSessionRecord {
        EndedSessionRecord(
            session: try life("gone"),
            cause: cause,
            epochMilliseconds: 1_774_958_400_000,
            worker: try WorkerID("worker-1")
        )
    }

    @Test(arguments: [
        (HTTPMethod.GET, "session", "expireAt"), (.GET, ".management/getSession", "expiresAt"),
        (.POST, ".management/getSession", "expiresAt"),
    ])
    func `A session is shown in the words of the route`(method: HTTPMethod, path: String, expiry: String)
        async throws
    {
        let dispatch = ScriptedDispatch(sessions: [try Self.description("abcd")])
        try await RunningServer.with(dispatch) { server in
            for prefix in ["/pools/python/", "/subscriptions/s/resourceGroups/r/sessionPools/python/"] {
                let answer = try await server.send(method, "\(prefix)\(path)?\(Self.version)&identifier=abcd")
                #expect(answer.status == 200, "\(answer.text)")
                let expected: [String: String] = [
                    "identifier": "abcd", "etag": "guid-of-abcd", "createdAt": "2026-03-31T12:00:00.1230000Z",
                    "lastAccessedAt": "2026-03-31T12:00:01.0000000Z", expiry: "2026-03-31T12:05:01.0000000Z",
                ]
                for (name, value) in expected { #expect(answer.json?[name] == .string(value), "\(name)") }
                #expect(answer.json?[expiry == "expireAt" ? "expiresAt" : "expireAt"] == nil)
            }
        }
    }

    @Test(arguments: [
        (HTTPMethod.GET, "session", 404, "NoSessionFoundError"),
        (.GET, ".management/getSession", 400, "SessionWithIdentifierNotFound"),
        (.POST, ".management/stopSession", 400, "SessionWithIdentifierNotFound"),
    ])
    func `An ended session is an error that tells why and when`(
        method: HTTPMethod,
        path: String,
        status: Int,
        code: String
    ) async throws {
        var dispatch = ScriptedDispatch(ended: [try Self.ended(.cooldown), try Self.ended(.stopped)])
        dispatch.stopScript = { _ throws(Failure) in throw Failure(.noSessionFound, "None.") }
        try await RunningServer.with(dispatch) { server in
            let gone = try await server.send(method, "/pools/python/\(path)?\(Self.version)&identifier=gone")
            try RefusalTests.expect(gone, status, code)
            #expect(gone.message == "Could not find session with name 'gone'.")
            #expect(gone.json?["error"]?["innererror"]?["cause"] == .string("cooldown"))
            #expect(gone.json?["error"]?["innererror"]?["endedAt"] == .string("2026-03-31T12:00:00.0000000Z"))
            #expect(gone.headers["x-ms-cloister-session-end-cause"] == ["cooldown"])
            #expect(gone.headers["x-ms-cloister-session-ended-at"] == ["2026-03-31T12:00:00.0000000Z"])
            let never = try await server.send(
                method,
                "/pools/python/\(path)?\(Self.version)&identifier=never"
            )
            try RefusalTests.expect(never, status, code)
            #expect(never.json?["error"]?["innererror"] == nil)
            #expect(never.headers["x-ms-cloister-session-end-cause"].isEmpty)
        }
    }

    @Test func `A stop waits for the cluster and answers in the words of the route`() async throws {
        let stopped = Mutex<[String]>([])
        var dispatch = ScriptedDispatch()
        dispatch.stopScript = { session throws(Failure) in
            stopped.withLock { $0.append("\(session)") }
            if session.identifier.text == "lost" { throw Failure(.sessionLost, "Lost.") }
            if session.identifier.text == "none" { throw Failure(.noSessionFound, "None.") }
            if session.identifier.text == "slow" { throw Failure(.deadlineExceeded, "Slow.") }
        }
        try await RunningServer.with(dispatch) { server in
            let path = "/pools/python/session?\(Self.version)&identifier="
            for identifier in ["abcd", "lost", "none"] {
                let answer = try await server.send(.DELETE, path + identifier)
                #expect(answer.status == 204)
                #expect(answer.text.isEmpty)
            }
            let slow = try await server.send(.DELETE, path + "slow")
            try RefusalTests.expect(slow, 504, "DeadlineExceeded")
            let managed = try await server.send(
                .POST,
                "/pools/python/.management/stopSession?\(Self.version)&identifier=abcd"
            )
            #expect(managed.status == 200)
            #expect(managed.headers["content-type"] == ["text/plain; charset=utf-8"])
            #expect(managed.text == "Session abcd in session pool python stopped.")
        }
        #expect(
            stopped.withLock { $0 } == [
                "python/abcd", "python/lost", "python/none", "python/slow", "python/abcd",
            ]
        )
    }

    @Test(arguments: ["listSessions", ".management/listSessions"])
    func `A long list comes in pages of 300 that are followed by their links`(path: String) async throws {
        let sessions = try (0..<650).map { try Self.description("session-\($0)") }
        try await RunningServer.with(ScriptedDispatch(sessions: sessions)) { server in
            let isFlat = path == "listSessions"
            var link = "/pools/python/\(path)?\(Self.version)"
            var seen: [String] = []
            var pages: [Int] = []
            while true {
                let answer = try await server.send(.GET, link)
                #expect(answer.status == 200, "\(answer.text)")
                guard case .array(let part) = answer.json?[isFlat ? "sessions" : "value"] else { break }
                seen += part.compactMap { $0["identifier"]?.text }
                pages.append(part.count)
                #expect(answer.json?["count"] == (isFlat ? nil : .integer(part.count)))
                guard let next = answer.json?["nextLink"]?.text else {
                    #expect(answer.json?["nextLink"] == (isFlat ? nil : .null))
                    break
                }
                #expect(next.hasPrefix(server.baseURL + "/pools/python/" + path))
                link = String(next.dropFirst(server.baseURL.count))
            }
            #expect(pages == [300, 300, 50])
            #expect(seen == sessions.map(\.session.key.identifier.text))
            for skip in ["-1", "x", "99999999999"] {
                let answer = try await server.send(.GET, "/pools/python/\(path)?\(Self.version)&skip=\(skip)")
                try RefusalTests.expect(answer, 400, "SessionRequestValidationFailed")
            }
        }
    }

    @Test func `Behind a proxy that speaks TLS the links do, too`() async throws {
        let sessions = try (0..<301).map { try Self.description("session-\($0)") }
        try await RunningServer.with(ScriptedDispatch(sessions: sessions)) { server in
            let answer = try await server.send(
                .GET,
                "/pools/python/listSessions?\(Self.version)",
                headers: ["X-Forwarded-Proto": "https"]
            )
            #expect(answer.json?["nextLink"]?.text?.hasPrefix("https://127.0.0.1:") == true)
        }
    }

    @Test func `The ends of an identifier's sessions are listed, newest first`() async throws {
        let dispatch = ScriptedDispatch(ended: [try Self.ended(.outOfMemory), try Self.ended(.stopped)])
        try await RunningServer.with(dispatch) { server in
            let answer = try await server.send(
                .GET,
                "/pools/python/endedSessions?\(Self.version)&identifier=gone"
            )
            guard case .array(let list) = answer.json?["value"] else { return #expect(Bool(false)) }
            #expect(list.map { $0["cause"]?.text } == ["outOfMemory", "stopped"])
            #expect(list.first?["worker"] == .string("worker-1"))
            #expect(list.first?["endedAt"] == .string("2026-03-31T12:00:00.0000000Z"))
        }
    }

    @Test
    func `What is known of ended sessions outlives their pool; of a pool that never was there is nothing`()
        async throws
    {
        let life = SessionLife(
            key: SessionKey(pool: try PoolName("removed"), identifier: try SessionIdentifier("gone")),
            generation: SessionGeneration(1)
        )
        let record = EndedSessionRecord(
            session: life,
            cause: .poolDeleted,
            epochMilliseconds: 1_774_958_400_000,
            worker: try WorkerID("worker-1")
        )
        try await RunningServer.with(ScriptedDispatch(ended: [record])) { server in
            let query = "endedSessions?\(Self.version)&identifier=gone"
            let answer = try await server.send(.GET, "/pools/removed/\(query)")
            guard case .array(let list) = answer.json?["value"] else { return #expect(Bool(false)) }
            #expect(list.map { $0["cause"]?.text } == ["poolDeleted"])
            let never = try await server.send(.GET, "/pools/never/\(query)")
            try RefusalTests.expect(never, 404, "SessionPoolNotFound")
        }
    }

    @Test(arguments: [
        (HTTPMethod.GET, "session"), (.DELETE, "session"), (.GET, "listSessions"), (.GET, "endedSessions"),
        (.POST, ".management/getSession"), (.POST, ".management/stopSession"),
        (.POST, ".management/listSessions"),
    ])
    func `Each route wants the right to see and stop sessions, a version and a pool`(
        method: HTTPMethod,
        path: String
    ) async throws {
        try await RunningServer.with { server in
            let query = "?\(Self.version)&identifier=abcd"
            let limited = try await server.send(
                method,
                "/pools/python/\(path)\(query)",
                key: RunningServer.limitedKey
            )
            try RefusalTests.expect(limited, 403, "Forbidden")
            #expect(limited.headers.first(name: "WWW-Authenticate")?.contains("sessions") == true)
            let stranger = try await server.send(method, "/pools/python/\(path)\(query)", key: nil)
            try RefusalTests.expect(stranger, 401, "Unauthorized")
            let unversioned = try await server.send(method, "/pools/python/\(path)?identifier=abcd")
            try RefusalTests.expect(unversioned, 400, "InvalidApiVersion")
            let elsewhere = try await server.send(method, "/pools/other/\(path)\(query)")
            try RefusalTests.expect(elsewhere, 404, "SessionPoolNotFound")
            if path.hasSuffix("listSessions") { return }
            let nameless = try await server.send(method, "/pools/python/\(path)?\(Self.version)")
            try RefusalTests.expect(nameless, 400, "SessionRequestValidationFailed")
        }
    }

    @Test func `A request that stops a session is never a GET`() async throws {
        try await RunningServer.with { server in
            let path = "/pools/python/.management/stopSession?\(Self.version)&identifier=abcd"
            for method in [HTTPMethod.GET, .HEAD] {
                let answer = try await server.send(method, path)
                #expect(answer.status == 405)
            }
        }
    }
}
