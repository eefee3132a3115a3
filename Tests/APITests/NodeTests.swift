import API
import APIModel
import Client
import Coordinator
import Domain
import Testing

/// The routes for nodes, versions and consoles.
@Suite("Nodes")
struct NodeTests {
    /// A cluster with a worker that does not answer and a guest that writes what it likes.
    private struct PlayedNodes: NodeDispatch {
        func nodes() async -> [NodeDescription] {
            let worker = NodeDescription.Worker(
                epoch: WorkerEpoch(3),
                capacity: WorkerCapacity(sessions: 5, weight: 2),
                ringShare: 1.0000000000000004,
                lastSeenMilliseconds: 1_900_000_000_000
            )
            return [
                NodeDescription(
                    name: "worker ü",
                    state: "suspected",
                    address: "tcp://host:1",
                    incarnation: Incarnation(255),
                    sessionCount: 4,
                    worker: worker
                )
            ]
        }

        func console(of session: SessionKey) async throws(Failure) -> [UInt8] {
            guard session.identifier.text == "abcd" else {
                throw Failure(.noSessionFound, "There is none.")
            }
            return [0x61, 0xFF, 0x1B, 0x0A]
        }
    }

    /// Notes what it is told, and knows one worker.
    private actor PlayedControl: NodeControl {
        private(set) var told: [String] = []

        func drain(_ name: String, within deadline: Duration?) throws(Failure) {
            try note("drain \(name) \(deadline.map { "\($0)" } ?? "for ever")", name)
        }

        func undrain(_ name: String) throws(Failure) { try note("undrain \(name)", name) }

        func remove(_ name: String) throws(Failure) {
            guard told.isEmpty else { throw Failure(.nodeInUse, "It serves.") }
            try note("remove \(name)", name)
        }

        private func note(_ line: String, _ name: String) throws(Failure) {
            guard name == "worker ü" else { throw Failure(.resourceNotFound, "No.") }
            told.append(line)
        }
    }

    @Test("Operators drain and remove workers, with a deadline within its bounds; others do not")
    func changes() async throws {
        let control = PlayedControl()
        let access = APIAccess(
            authenticator: PlayedAuthenticator(),
            nodes: PlayedNodes(),
            nodeControl: control
        )
        try await RunningServer.with(access: access) { server in
            let limited = client(server, RunningServer.limitedKey)
            let client = client(server)
            try await client.removeNode("worker ü")
            #expect(try await client.drain("worker ü", deadlineInSeconds: nil).name == "worker ü")
            #expect(try await client.drain("worker ü", deadlineInSeconds: 0).drainingSince == nil)
            #expect(try await client.undrain("worker ü").name == "worker ü")
            let told = [
                "remove worker ü", "drain worker ü for ever", "drain worker ü 0.0 seconds",
                "undrain worker ü",
            ]
            #expect(await control.told == told)
            for (code, refused) in [
                (
                    "NodeInUse",
                    await #expect(throws: ClientError.self) { try await client.removeNode("worker ü") }
                ),
                (
                    "ResourceNotFound",
                    await #expect(throws: ClientError.self) { try await client.undrain("other") }
                ),
                (
                    "SessionRequestValidationFailed",
                    await #expect(throws: ClientError.self) {
                        try await client.drain("worker ü", deadlineInSeconds: -1)
                    }
                ),
                (
                    "SessionRequestValidationFailed",
                    await #expect(throws: ClientError.self) {
                        try await client.drain("worker ü", deadlineInSeconds: 2_592_001)
                    }
                ),
            ] { #expect(refused?.code == code) }
            for status in [
                await #expect(throws: ClientError.self) { try await limited.removeNode("worker ü") }?.status,
                await #expect(throws: ClientError.self) { try await limited.undrain("worker ü") }?.status,
                await #expect(throws: ClientError.self) {
                    try await limited.drain("worker ü", deadlineInSeconds: 1)
                }?.status,
            ] { #expect(status == 403) }
            #expect(await control.told == told, "nothing more was done")
        }
    }

    private func with(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        let access = APIAccess(authenticator: PlayedAuthenticator(), nodes: PlayedNodes())
        try await RunningServer.with(access: access, body)
    }

    private func client(_ server: RunningServer, _ key: String = RunningServer.key) -> CloisterClient {
        CloisterClient(baseURL: server.baseURL, apiKey: key, http: server.http)
    }

    @Test("What a silent worker does not tell is left out, and a share is never more than the whole")
    func silentWorker() async throws {
        try await with { server in
            let nodes = try await client(server).nodes()
            let node = try #require(nodes.first)
            #expect(try await client(server).node("worker ü") == node)
            #expect((node.role, node.state, node.incarnation) == ("worker", "suspected", "ff"))
            #expect((node.epoch, node.sessions, node.ringShare) == (3, 4, 1))
            #expect((node.version, node.startedAt) == (nil, nil))
            #expect(node.ready == nil)
            let missing = await #expect(throws: ClientError.self) { try await client(server).node("other") }
            #expect(missing?.code == "ResourceNotFound")
        }
    }

    @Test("Consoles are text whatever the guest wrote, and no use of a session begins by it")
    func consoles() async throws {
        try await with { server in
            let text = try await client(server).console(of: "abcd", pool: "python")
            #expect(text == Array("a\u{FFFD}\u{1B}\n".utf8))
            let missing = await #expect(throws: ClientError.self) {
                try await client(server).console(of: "none-there", pool: "python")
            }
            #expect(missing?.code == "NoSessionFoundError")
        }
    }

    @Test("Nodes and consoles are for operators, the version is for every valid key")
    func rights() async throws {
        try await with { server in
            let limited = client(server, RunningServer.limitedKey)
            for status in [
                await #expect(throws: ClientError.self) { try await limited.nodes() }?.status,
                await #expect(throws: ClientError.self) { try await limited.node("worker") }?.status,
                await #expect(throws: ClientError.self) {
                    try await limited.console(of: "abcd", pool: "python")
                }?.status,
            ] {
                #expect(status == 403)
            }
            let told = try await limited.version()
            #expect(told.version == ProductVersion.text)
            let nobody = client(server, "clk_nobody")
            let refused = await #expect(throws: ClientError.self) { try await nobody.version() }
            #expect(refused?.status == 401)
        }
    }
}
