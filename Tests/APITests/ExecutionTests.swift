import APIModel
import AsyncHTTPClient
import Domain
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Testing

@Suite struct ExecutionTests {
    @Test func `An execution reaches the cluster as the client wrote it`() async throws {
        let (specs, continuation) = AsyncStream<(ExecutionSpec, SessionKey)>.makeStream()
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            continuation.yield((spec, session))
            return ScriptedDispatch.report(spec, session)
        }
        try await RunningServer.with(dispatch) { server in
            let answer = try await server.post(
                #"{"code":"MSsx","codeInputType":"InlineBase64","timeoutInSeconds":5}"#,
                headers: ["operation-id": "my-id"]
            )
            #expect(answer.status == 200)
            let (spec, session) = try #require(await specs.nextElement())
            #expect(spec.id.text == "my-id")
            #expect(spec.input.text == "1+1")
            #expect(spec.timeout == .seconds(5))
            #expect(session.description == "python/abcd")
        }
    }

    @Test func `The headers tell where the code ran and where the time went`() async throws {
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            let outcome = Outcome(
                status: .failed,
                duration: .milliseconds(7),
                stateWasLost: true,
                wasTruncated: true
            )
            return ScriptedDispatch.report(spec, session, outcome: outcome)
        }
        try await RunningServer.with(dispatch) { server in
            let answer = try await server.post(#"{"code":"1"}"#, headers: ["operation-id": "my-id"])
            let expected = [
                "operation-id": "my-id", "x-ms-session-guid": "instance-1", "x-ms-new-allocation": "true",
                "x-ms-allocation-time": "12.0", "x-ms-preparation-time": "0.1",
                "x-ms-execution-request-time": "9.0",
                "x-ms-container-execution-duration": "7",
                "x-ms-cloister-stages": "route=0.1,allocate=12.0,run=9.0,guest=7.0",
                "x-ms-cloister-truncated": "output", "x-ms-cloister-state-lost": "true",
                "content-type": "application/json; charset=utf-8",
                "api-supported-versions": APIVersion.supported,
                "operation-location":
                    "/pools/python/executions/my-id?api-version=2025-10-02-preview&identifier=abcd",
            ]
            for (name, value) in expected {
                #expect(answer.headers[name] == [value], "\(name)")
            }
            for name in [
                "x-ms-execution-read-response-time", "x-ms-overall-execution-time",
                "x-ms-total-execution-service-time",
            ] {
                #expect(Double(answer.headers.first(name: name) ?? "") != nil, "\(name)")
            }
            #expect(answer.headers.first(name: "x-ms-request-id")?.count == 32)
        }
    }

    @Test func `The location of an execution stands below the prefix that the client used`() async throws {
        try await RunningServer.with { server in
            let path = "/subscriptions/s/resourceGroups/r/sessionPools/python"
            let answer = try await server.post(
                #"{"code":"1"}"#,
                to: path + "//code/execute?api-version=2024-02-02-preview&identifier=a%26b/c",
                headers: ["operation-id": "x"]
            )
            #expect(
                answer.headers.first(name: "Operation-Location")
                    == path + "/executions/x?api-version=2024-02-02-preview&identifier=a%26b%2Fc"
            )
        }
    }

    @Test func `Without an operation-id every execution gets a UUID of its own`() async throws {
        try await RunningServer.with { server in
            var ids: Set<String> = []
            for _ in 0..<20 {
                let answer = try await server.post(#"{"code":"1"}"#)
                let id = try #require(answer.headers.first(name: "operation-id"))
                let uuid = try #require(UUID(uuidString: id))
                #expect(uuid.uuid.6 >> 4 == 4 && uuid.uuid.8 >> 6 == 2)
                #expect(answer.json?["id"] == .string(id))
                ids.insert(id)
            }
            #expect(ids.count == 20)
        }
    }

    @Test(arguments: ["application/json", "text/plain", "application/octet-stream", "nonsense", nil])
    func `The content type does not matter`(type: String?) async throws {
        try await RunningServer.with { server in
            let answer = try await server.post(
                #"{"code":"1"}"#,
                headers: type.map { ["Content-Type": $0] } ?? [:]
            )
            #expect(answer.status == 200)
        }
    }

    @Test func `The identifier may stand in the body as the oldest clients have it, and the query's wins`()
        async throws
    {
        try await RunningServer.with { server in
            let path = "/pools/python/python/execute?api-version=2023-08-01-preview"
            let body = #"{"properties":{"identifier":"from-body","pythonCode":"1"}}"#
            let answer = try await server.post(body, to: path)
            #expect(
                answer.headers.first(name: "Operation-Location")?.hasSuffix("identifier=from-body") == true
            )
            let both = try await server.post(body, to: path + "&identifier=from-query")
            #expect(
                both.headers.first(name: "Operation-Location")?.hasSuffix("identifier=from-query") == true
            )
        }
    }

    @Test func `Many requests at once are all answered, each with its own code`() async throws {
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            await Task.yield()
            return ScriptedDispatch.report(spec, session)
        }
        try await RunningServer.with(dispatch) { server in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let answer = try await server.post(
                            #"{"code":"\#(number)"}"#,
                            to:
                                "/pools/python/executions?api-version=2025-10-02-preview&identifier=id-\(number)"
                        )
                        return answer.json?["result"]?["stdout"] == .string("\(number)")
                            && answer.json?["identifier"] == .string("id-\(number)")
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `A large output arrives whole`() async throws {
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            var report = ScriptedDispatch.report(spec, session)
            report.append(.standardOutput([UInt8](repeating: UInt8(ascii: "x"), count: 4 << 20)))
            return report
        }
        try await RunningServer.with(dispatch) { server in
            let answer = try await server.post(#"{"code":""}"#)
            #expect(answer.json?["result"]?["stdout"]?.text?.utf8.count == 4 << 20)
            #expect(answer.headers.first(name: "x-ms-cloister-truncated") == nil)
        }
    }
}
