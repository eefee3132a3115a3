import API
import APIModel
import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// What calls of tools do, on a scripted cluster.
@Suite("Tools of the MCP server", .timeLimit(.minutes(2)))
struct MCPToolTests {
    private static let events: HTTPHeaders = ["Accept": "application/json, text/event-stream"]

    @Test("Code runs in the environment that is named, within its time, and its end is the result")
    func runs() async throws {
        let asked = Mutex<[(ExecutionSpec, SessionKey)]>([])
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            asked.withLock { $0.append((spec, session)) }
            return ScriptedDispatch.report(spec, session)
        }
        try await MCPTests.with(dispatch) { server in
            let answer = try await server.post(MCPTests.python("1+1", id: #""x""#), to: MCPTests.path)
            #expect(answer.json?["id"]?.text == "x")
            let structure = try #require(answer.json?["result"]?["structuredContent"])
            #expect(structure["stdout"]?.text == "1+1" && structure["result"]?.text == "2")
            let (spec, session) = try #require(asked.withLock { $0.last })
            #expect(session.description == "python/abcd" && spec.input == .code("1+1"))
            #expect(spec.timeout == .seconds(120))
            // A client that takes events and wants no progress gets one answer all the same.
            let plain = try await server.post(MCPTests.python("1"), to: MCPTests.path, headers: Self.events)
            #expect(plain.headers["content-type"] == ["application/json; charset=utf-8"])
        }
    }

    @Test("What keeps the cluster from running code is a result that a model can read, with advice")
    func failures() async throws {
        let failure = Mutex(Failure(.sessionsCountExceedsLimit, "There is no room.", retryAfterSeconds: 3))
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in throw failure.withLock { $0 } }
        try await MCPTests.with(dispatch) { server in
            let ask = { try await server.post(MCPTests.python("1"), to: MCPTests.path) }
            var answer = try await ask()
            #expect(answer.status == 200 && answer.json?["result"]?["isError"] == .boolean(true))
            #expect(answer.text.contains("SessionsCountExceedsLimit: There is no room. Try again in 3 s."))
            for code in [FailureCode.sessionLost, .noSessionFound] {
                failure.withLock { $0 = Failure(code, "Gone.") }
                answer = try await ask()
                #expect(answer.status == 200 && answer.json?["error"]?["code"] == .integer(-32_000))
                #expect(
                    answer.json?["error"]?["message"]?.text?.hasPrefix("Environment not found: abcd.") == true
                )
            }
            failure.withLock { $0 = Failure(.internalError, "/secret/path") }
            answer = try await ask()
            #expect(answer.json?["error"]?["code"] == .integer(-32_603))
            #expect(!answer.text.contains("secret"))
        }
    }

    private static func ended(_ identifier: String) throws -> EndedSessionRecord {
        EndedSessionRecord(
            session: SessionLife(
                key: SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier(identifier)),
                generation: SessionGeneration(1)
            ),
            cause: .cooldown,
            epochMilliseconds: 1_700_000_000_000,
            worker: try WorkerID("worker-1")
        )
    }

    @Test("An environment that has ended is not begun anew, for any tool; it is said why it ended")
    func endedEnvironment() async throws {
        let runs = Mutex(0)
        var dispatch = ScriptedDispatch { spec, session throws(Failure) in
            runs.withLock { $0 += 1 }
            return ScriptedDispatch.report(spec, session)
        }
        dispatch.ended = [try Self.ended("abcd")]
        dispatch.files = ScriptedFiles(["a.txt": "text"])
        try await MCPTests.with(dispatch) { [dispatch] server in
            for body in [
                MCPTests.python("1"),
                MCPTests.call("readFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"a.txt"}"#),
                MCPTests.call("listFilesInRemoteEnvironment", #"{"environmentId":"abcd"}"#),
                MCPTests.call(
                    "writeFileInRemoteEnvironment",
                    #"{"environmentId":"abcd","path":"b","text":""}"#
                ),
            ] {
                let answer = try await server.post(body, to: MCPTests.path)
                let error = try #require(answer.json?["error"])
                #expect(error["code"] == .integer(-32_000))
                #expect(error["message"]?.text?.hasPrefix("Environment not found") == true)
                #expect(error["message"]?.text?.contains("cooldown") == true)
                #expect(error["data"]?["cause"]?.text == "cooldown")
            }
            #expect(runs.withLock { $0 } == 0 && dispatch.files.stored.count == 1)
            let other = MCPTests.python("1").replacing("abcd", with: "efgh")
            #expect(try await server.post(other, to: MCPTests.path).json?["result"] != nil)
        }
        // One that lives again, begun by a route that may do that, is served.
        let key = try Self.ended("abcd").session
        dispatch.sessions = [
            SessionDescription(
                session: SessionLife(key: key.key, generation: SessionGeneration(2)),
                instance: "i",
                createdMilliseconds: 1,
                lastAccessedMilliseconds: 1,
                expiresMilliseconds: 2
            )
        ]
        try await MCPTests.with(dispatch) { server in
            let answer = try await server.post(MCPTests.python("1"), to: MCPTests.path)
            #expect(answer.json?["result"] != nil)
        }
    }

    @Test("Files are written, listed and read, in parts where they are large")
    func files() async throws {
        var dispatch = ScriptedDispatch()
        let large = String(repeating: "x", count: MCPLimits.readBytes + 1)
        dispatch.files = ScriptedFiles(["large.txt": large])
        try await MCPTests.with(dispatch) { [dispatch] server in
            let ask = { (tool: String, arguments: String) in
                try await server.post(
                    MCPTests.call(tool, #"{"environmentId":"abcd",\#(arguments)}"#),
                    to: MCPTests.path
                ).json?["result"]
            }
            let written = try await ask("writeFileInRemoteEnvironment", #""path":"a/b.txt","text":"grüße""#)
            #expect(written?["structuredContent"]?["sizeInBytes"] == .integer(7))
            #expect(dispatch.files.stored["a/b.txt"] == Array("grüße".utf8))
            let list = try await ask("listFilesInRemoteEnvironment", #""recursive":true"#)
            guard case .array(let files)? = list?["structuredContent"]?["files"] else { return }
            #expect(files.compactMap { $0["path"]?.text } == ["a/b.txt", "large.txt"])
            let read = try await ask("readFileInRemoteEnvironment", #""path":"a/b.txt""#)
            guard case .array(let content)? = read?["content"] else { return }
            #expect(content.first?["text"]?.text == "grüße")
            let refused = try await ask("readFileInRemoteEnvironment", #""path":"large.txt""#)
            #expect(refused?["isError"] == .boolean(true))
            let part = try await ask(
                "readFileInRemoteEnvironment",
                #""path":"large.txt","offset":1,"length":\#(MCPLimits.readBytes)"#
            )
            #expect(part?["structuredContent"]?["isComplete"] == .boolean(true))
            for (tool, arguments) in [
                ("readFileInRemoteEnvironment", #""path":"none""#),
                ("readFileInRemoteEnvironment", #""path":"a/b.txt","offset":8"#),
                ("writeFileInRemoteEnvironment", #""path":"a:b","text":"""#),
            ] {
                let failed = try await ask(tool, arguments)
                #expect(failed?["isError"] == .boolean(true), "\(arguments)")
            }
            #expect(await eventually { dispatch.files.open == 0 })
        }
    }

    @Test("A disk that is full is said, and no file stays open")
    func fullDisk() async throws {
        var dispatch = ScriptedDispatch()
        dispatch.files = ScriptedFiles(capacity: 3)
        try await MCPTests.with(dispatch) { [dispatch] server in
            let body = MCPTests.call(
                "writeFileInRemoteEnvironment",
                #"{"environmentId":"abcd","path":"a","text":"four"}"#
            )
            let answer = try await server.post(body, to: MCPTests.path)
            #expect(answer.text.contains("SessionStorageFull"))
            #expect(dispatch.files.stored.isEmpty)
            #expect(await eventually { dispatch.files.open == 0 })
        }
    }
}
