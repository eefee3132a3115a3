import APIModel
import Domain
import NIOCore
import Testing

@testable import Client

@Suite(.timeLimit(.minutes(2))) struct ClientTests {
    private func client(of server: RunningServer, key: String = RunningServer.key) -> CloisterClient {
        CloisterClient(baseURL: server.baseURL + "/", apiKey: key, http: server.http)
    }

    @Test func `An execution comes back with its result and what the server tells about it`() async throws {
        try await RunningServer.with { server in
            let code = "print(\"é\\n\")\u{0}"
            let response = try await client(of: server).execute(
                code: code,
                identifier: "a/b?c&d=e+f%20",
                pool: "python",
                timeout: .milliseconds(1500)
            )
            #expect(response.resource.standardOutput == code)
            #expect(response.resource.identifier == "a/b?c&d=e+f%20")
            #expect(response.resource.status == "Succeeded")
            #expect(response.resource.result == .integer(2))
            #expect(response.sessionInstance == "instance-1")
            #expect(response.isNewSession)
            #expect(!response.stateWasLost)
            #expect(response.stages == ["route": 0.1, "allocate": 12, "run": 9, "guest": 7])
        }
    }

    @Test func `The time-out is sent in whole seconds, rounded up`() async throws {
        let (timeouts, continuation) = AsyncStream<Duration>.makeStream()
        let dispatch = ScriptedDispatch { spec, session throws(Failure) in
            continuation.yield(spec.timeout)
            return ScriptedDispatch.report(spec, session)
        }
        try await RunningServer.with(dispatch) { server in
            for (timeout, expected) in [
                (Duration.milliseconds(1), 1), (.seconds(5), 5), (.milliseconds(5001), 6),
            ] {
                _ = try await client(of: server).execute(
                    code: "",
                    identifier: "abcd",
                    pool: "python",
                    timeout: timeout
                )
                #expect(await timeouts.nextElement() == .seconds(expected))
            }
        }
    }

    @Test func `A refusal carries the server's code, sentence and advice`() async throws {
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            throw Failure(.tooManyRequests, "Wait.", retryAfterSeconds: 4)
        }
        try await RunningServer.with(dispatch) { server in
            let error = await #expect(throws: ClientError.self) {
                try await client(of: server).execute(code: "1", identifier: "abcd", pool: "python")
            }
            #expect(error?.kind == .refused)
            #expect(error?.code == "TooManyRequests")
            #expect(error?.status == 429)
            #expect(error?.retryAfterSeconds == 4)
            #expect(error?.traceID?.count == 32)
            #expect(error?.description == "Wait. (TooManyRequests, HTTP 429)")
            let unknown = await #expect(throws: ClientError.self) {
                try await client(of: server, key: "wrong").execute(
                    code: "1",
                    identifier: "abcd",
                    pool: "python"
                )
            }
            #expect(unknown?.code == "Unauthorized")
            let pool = await #expect(throws: ClientError.self) {
                try await client(of: server).execute(code: "1", identifier: "abcd", pool: "other pool/x")
            }
            #expect(pool?.code == "SessionPoolInvalidName")
        }
    }

    @Test func `Readiness is told with its reason`() async throws {
        try await RunningServer.with { server in
            let reason = try await client(of: server).readiness()
            #expect(reason == nil)
        }
        let dispatch = ScriptedDispatch(reason: Failure(.noWorkerAvailable, "No worker yet."))
        try await RunningServer.with(dispatch) { server in
            let reason = try await client(of: server).readiness()
            #expect(reason?.code == "NoWorkerAvailable")
            #expect(reason?.message == "No worker yet.")
        }
    }

    @Test func `A server that is not there is told as unreachable`() async throws {
        let port = try await RunningServer.with { $0.port }
        let client = CloisterClient(baseURL: "http://127.0.0.1:\(port)", apiKey: "key")
        let error = await #expect(throws: ClientError.self) { try await client.readiness() }
        #expect(error?.kind == .unreachable)
    }

    @Test func `A deadline ends an exchange, and cancelling is not taken for it`() async throws {
        let late = await #expect(throws: ClientError.self) {
            try await CloisterClient.within(.milliseconds(1)) { () throws(ClientError) in
                try? await Task.sleep(for: .seconds(3600))
                return 1
            }
        }
        #expect(late?.kind == .timedOut)
        #expect(try await CloisterClient.within(.seconds(3600)) { 1 } == 1)
        let cancelled = Task {
            try await CloisterClient.within(.seconds(3600)) { () throws(ClientError) in
                try? await Task.sleep(for: .seconds(3600))
                throw ClientError(.cancelled, "")
            }
        }
        cancelled.cancel()
        let error = await #expect(throws: ClientError.self) { try await cancelled.value }
        #expect(error?.kind == .cancelled)
    }

    @Test func `Cancelling the call cancels the execution`() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        let dispatch = ScriptedDispatch { _, _ throws(Failure) in
            continuation.yield("began")
            try? await Task.sleep(for: .seconds(3600))
            continuation.yield(Task.isCancelled ? "cancelled" : "ended")
            throw Failure(.deadlineExceeded, "The code was interrupted.")
        }
        try await RunningServer.with(dispatch) { server in
            try await withThrowingTaskGroup(of: ClientError?.self) { group in
                group.addTask {
                    do throws(ClientError) {
                        _ = try await client(of: server).execute(
                            code: "1",
                            identifier: "abcd",
                            pool: "python"
                        )
                        return nil
                    } catch {
                        return error
                    }
                }
                #expect(await events.nextElement() == "began")
                group.cancelAll()
                let error = try await group.next()
                #expect(error??.kind == .cancelled)
                #expect(await events.nextElement() == "cancelled")
            }
        }
    }
}
