import APIModel
import Client
import Foundation
import FoundationNetworking
import Testing

/// How sessions end in a cluster as a user starts it, and what its configuration says of them.
@Suite("The life of sessions", .enabled(if: RunningCluster.isPossible), .serialized)
struct LifecycleTests {
    @Test("A session that is stopped is gone with its variables and files, and leaves a tombstone")
    func stop() async throws {
        try await RunningCluster.with(workers: 2) { cluster in
            try await cluster.run("x = 1; open('/mnt/data/f', 'w').write('x')", in: "stopped-one")
            let shown = try await cluster.ask("GET", "session", of: "stopped-one")
            #expect(shown.status == 200)
            #expect(shown.json?["identifier"] == .string("stopped-one"))
            #expect(try await cluster.ask("DELETE", "session", of: "stopped-one").status == 204)
            #expect(
                cluster.workers.map { Processes.machines(of: $0) } == [0, 0],
                "its machine is gone already"
            )
            let gone = try await cluster.ask("GET", "session", of: "stopped-one")
            #expect(gone.status == 404)
            #expect(gone.json?["error"]?["innererror"]?["cause"] == .string("stopped"))
            let anew = try await cluster.run(
                "import os; print('x' in dir(), os.path.exists('/mnt/data/f'))",
                in: "stopped-one"
            )
            #expect(anew.isNewSession)
            #expect(anew.resource.standardOutput == "False False\n")
            #expect(try await cluster.ask("POST", ".management/stopSession", of: "stopped-one").status == 200)
            let ends = try await cluster.ask("GET", "endedSessions", of: "stopped-one")
            guard case .array(let list) = ends.json?["value"] else { throw CancellationError() }
            #expect(list.compactMap { $0["cause"]?.text } == ["stopped", "stopped"])
        }
    }

    @Test("The cooldown is the configuration's, and running out of memory costs variables and no files")
    func configured() async throws {
        let environment = ["CLOISTER_POOLS_PYTHON_COOLDOWN_SECONDS": "10"]
        try await RunningCluster.with(workers: 1, environment: environment) { cluster in
            try await cluster.run("kept = 1; open('/mnt/data/f', 'w').write('still here')", in: "greedy-one")
            let greedy = try await cluster.run(
                "hoard = []\nwhile True: hoard.append(bytearray(b'x' * (8 << 20)))",
                in: "greedy-one"
            )
            #expect(greedy.resource.status == "Failed")
            #expect(
                greedy.resource.standardError.contains("Execution aborted: The session ran out of memory")
            )
            #expect(greedy.stateWasLost)
            // The new runtime starts cold, on a busy machine for longer than one execution may wait, and while the
            // kernel takes the memory back it may be hit as well; it comes up again.
            let recovery = ContinuousClock.now + .seconds(150)
            var after: ExecutionResponse
            repeat {
                after = try await cluster.run(
                    "print('kept' in dir(), open('/mnt/data/f').read())",
                    in: "greedy-one"
                )
                #expect(!after.isNewSession)
            } while after.resource.standardOutput.isEmpty && ContinuousClock.now < recovery
            #expect(after.resource.standardOutput == "False still here\n", "\(after.resource)")
            let deadline = ContinuousClock.now + .seconds(60)
            var shown = try await cluster.ask("GET", "session", of: "greedy-one")
            while shown.json?["error"]?["innererror"] == nil, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(200))
                shown = try await cluster.ask("GET", "session", of: "greedy-one")
            }
            #expect(shown.json?["error"]?["innererror"]?["cause"] == .string("cooldown"))
        }
    }

    @Test(
        "A configuration that cannot be is refused with the key and its bounds",
        arguments: [
            ("memoryMiB: 100", "memoryMiB is 100 and has to be from 256 to 65536."),
            ("resultBytes: 10000000", "resultBytes is 10000000 and has to be from 0 to 4194304."),
            ("diskMiB: 500", "diskMiB is 500 and has to be from 16 to 256 (half of memoryMiB)."),
            ("lifecycle: Sometimes", "lifecycle is Sometimes and has to be Timed or OnContainerExit."),
            ("maxAliveSeconds: 10", "maxAliveSeconds is for the lifecycle OnContainerExit only."),
            ("processes: many", "processes is many and has to be a whole number."),
            ("images: 1\nservedPools: [ruby]", "servedPools names ruby; there are python, node, shell."),
            ("images: 1\nservedPools: [python, python]", "servedPools names python twice."),
        ]
    )
    func refused(line: String, reason: String) async throws {
        let folder = NSTemporaryDirectory() + "cloister-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = folder + "/cluster-key"
        try String(repeating: "k", count: 64).write(toFile: key, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let file = folder + "/coordinator.yaml"
        let text = """
            inbox: tcp://127.0.0.1:0
            clusterKeyFile: \(key)
            apiKeyFile: \(folder)/api-key
            storeFile: \(folder)/store.sqlite
            listen:
              port: 0
            pools:
              python:
                \(line)
            """
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let result = try await Command.run(["coordinator", "--config", file])
        #expect(result.status != 0)
        #expect(result.error.contains("InvalidConfiguration"))
        #expect(result.error.contains("python"))
        #expect(result.error.contains(reason))
    }
}

extension RunningCluster {
    /// An answer of a route that our client does not speak.
    struct Answer: Sendable {
        let status: Int
        let json: JSONValue?
    }

    /// Asks a route of the pool `python`.
    func ask(_ method: String, _ path: String, of identifier: String) async throws -> Answer {
        let query = "api-version=2025-10-02-preview&identifier=\(identifier)"
        guard let address = URL(string: "\(url)/pools/python/\(path)?\(query)") else {
            throw CancellationError()
        }
        var request = URLRequest(url: address, timeoutInterval: 30)
        request.httpMethod = method
        request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        let (body, response) = try await URLSession.shared.data(for: request)
        return Answer(
            status: (response as? HTTPURLResponse)?.statusCode ?? 0,
            json: try? JSONDecoder().decode(JSONValue.self, from: body)
        )
    }
}
