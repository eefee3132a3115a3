import Client
import Foundation
import Glibc
import Testing

/// Coordinator and workers as processes that prove themselves to each other with certificates.
@Suite("Nodes over mutual TLS", .serialized, .timeLimit(.minutes(3)))
struct NodeTLSTests {
    /// A process with its log in a file; it ends with this object.
    private final class Node: Sendable {
        private let process: pid_t
        let log: String

        init(_ arguments: [String], log: String) throws {
            let child = Process()
            child.executableURL = URL(fileURLWithPath: RunningCluster.binary)
            child.arguments = arguments
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            child.standardError = FileHandle(forWritingAtPath: log)
            child.standardOutput = FileHandle.nullDevice
            try child.run()
            (process, self.log) = (child.processIdentifier, log)
        }

        func reload() { kill(process, SIGHUP) }

        func end() async {
            kill(process, SIGTERM)
            let left = await Processes.waitForEnd(of: [process], within: .seconds(20))
            for process in left { kill(process, SIGKILL) }
        }

        /// Waits until the log has these words, and returns that line.
        func says(_ words: String, within limit: Duration = .seconds(60)) async throws -> String {
            let deadline = ContinuousClock.now + limit
            while ContinuousClock.now < deadline {
                let text = try String(contentsOfFile: log, encoding: .utf8)
                if let line = text.split(separator: "\n").first(where: { $0.contains(words) }) {
                    return String(line)
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            Issue.record(
                "\(words) never stood in \(try String(contentsOfFile: log, encoding: .utf8).suffix(2_000))"
            )
            throw CancellationError()
        }
    }

    private struct Site {
        let folder: String
        let url: String

        var place: String { String(url.dropFirst("https://".count)) }

        /// The flags of a command that asks the cluster.
        var access: [String] {
            ["--url", url, "--api-key-file", folder + "/api-key", "--ca-file", folder + "/nodes/ca.pem"]
        }

        func token(_ more: [String] = []) async throws -> String {
            let made = try await Command.run(["token", "create"] + more + access)
            try #require(made.status == 0, "\(made.error)")
            return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func joining(_ name: String, _ token: String) -> [String] {
            [
                "worker", "--join", place, "--token", token, "--state-dir", "\(folder)/\(name)",
                "--set", "name=\(name)", "--set", "inbox=tls+tcp://127.0.0.1:\(NodeTLSTests.freePort())",
                "--set", "servedPools=python", "--set", "processesAhead=0",
            ]
        }
    }

    fileprivate static func freePort() -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &size)
            }
        }
        return name.sin_port.bigEndian
    }

    /// Runs a coordinator whose certificates are new, with which nodes can join.
    private func withCoordinator(_ body: (Site, Node) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "cloister-nodes-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = folder + "/cluster-key"
        try String(repeating: "k", count: 40).write(toFile: key, atomically: false, encoding: .utf8)
        chmod(key, 0o600)
        for arguments in [
            ["cert", "authority", "--out", folder + "/authority"],
            [
                "cert", "node", "--authority", folder + "/authority", "--name", "coordinator", "--host",
                "127.0.0.1",
            ]
                + ["--out", folder + "/nodes"],
        ] {
            let made = try await Command.run(arguments)
            try #require(made.status == 0, "\(made.error)")
        }
        let pair =
            "  certificateFile: \(folder)/nodes/coordinator.pem\n  keyFile: \(folder)/nodes/coordinator.key"
        let text = """
            inbox: tls+tcp://127.0.0.1:0
            clusterKeyFile: \(key)
            apiKeyFile: \(folder)/api-key
            storeFile: \(folder)/records.sqlite
            listen:
              port: 0
            \(pair)
            tls:
            \(pair)
              authorityFile: \(folder)/nodes/ca.pem
              authorityKeyFile: \(folder)/authority/ca.key
            """
        try text.write(toFile: folder + "/coordinator.yaml", atomically: false, encoding: .utf8)
        let coordinator = try Node(
            ["coordinator", "--config", folder + "/coordinator.yaml"],
            log: folder + "/coordinator.log"
        )
        do {
            let line = try await coordinator.says("\"the API listens\"")
            let port = try #require(line.split(separator: "\"port\":\"").last?.prefix { $0.isNumber })
            try await body(Site(folder: folder, url: "https://127.0.0.1:\(port)"), coordinator)
        } catch {
            await coordinator.end()
            throw error
        }
        await coordinator.end()
    }

    @Test("A token lets one worker in, once, and goes to nobody but the cluster that it names")
    func refusals() async throws {
        try await withCoordinator { site, coordinator in
            let elsewhere = try await Command.run(["cert", "authority", "--out", site.folder + "/other"])
            #expect(elsewhere.status == 0)
            func refused(_ arguments: [String], _ words: String) async throws {
                let result = try await Command.run(arguments)
                #expect(result.status != 0)
                #expect(result.error.contains(words), "\(result.error)")
            }
            let token = try await site.token(["--worker", "worker-1", "--ttl", "1m"])
            #expect(token.hasPrefix("clj_"))
            try await refused(site.joining("worker-2", token), "another name")
            try await refused(
                site.joining("worker-1", String(token.dropLast(2)) + "AA"),
                "is not of the cluster"
            )
            try await refused(site.joining("worker-1", "clj_nonsense"), "This is no token")
            let listed = try await Command.run(["token", "list"] + site.access)
            #expect(listed.output.contains("worker-1"))
            #expect(!listed.output.contains(token))

            let brief = try await site.token(["--ttl", "1s"])
            try await Task.sleep(for: .milliseconds(1_100))
            try await refused(site.joining("late", brief), "does not hold")
            let revoked = try await site.token()
            let id = String(revoked.dropFirst(4).prefix(8))
            #expect(try await Command.run(["token", "revoke", id] + site.access).status == 0)
            try await refused(site.joining("late", revoked), "does not hold")
        }
    }

    @Test("A stranger's worker gets nowhere, and both logs say why, once")
    func stranger() async throws {
        try await withCoordinator { site, coordinator in
            let line = try await coordinator.says("coordinator serves")
            let inbox = try #require(line.split(separator: "\"").first { $0.hasPrefix("tls+tcp://") })
            for arguments in [
                ["cert", "authority", "--out", site.folder + "/strange"],
                [
                    "cert", "node", "--authority", site.folder + "/strange", "--name", "evil", "--host",
                    "127.0.0.1",
                ]
                    + ["--out", site.folder + "/evil"],
            ] {
                #expect(try await Command.run(arguments).status == 0)
            }
            let text = """
                name: evil
                inbox: tls+tcp://127.0.0.1:\(Self.freePort())
                coordinators: [\(inbox)]
                clusterKeyFile: \(site.folder)/cluster-key
                runDirectory: \(site.folder)/evil
                servedPools: [python]
                processesAhead: 0
                tls:
                  certificateFile: \(site.folder)/evil/evil.pem
                  keyFile: \(site.folder)/evil/evil.key
                  authorityFile: \(site.folder)/evil/ca.pem
                """
            try text.write(toFile: site.folder + "/evil.yaml", atomically: false, encoding: .utf8)
            guard RunningCluster.isPossible else { return }
            let worker = try Node(
                ["worker", "--config", site.folder + "/evil.yaml"],
                log: site.folder + "/evil.log"
            )
            _ = try await worker.says(
                "The certificate of 127.0.0.1 is not from an authority in tls.authorityFile"
            )
            _ = try await coordinator.says("127.0.0.1 refused this node's certificate")
            await worker.end()
            let log = try String(contentsOfFile: coordinator.log, encoding: .utf8)
            #expect(log.split(separator: "\n").count { $0.contains("was refused") } == 1)
            let nodes = try await Command.run(["node", "list"] + site.access)
            #expect(!nodes.output.contains("evil"))
        }
    }

    @Test(
        "A worker joins, runs code, outlives new certificates on both sides, and starts again without a token",
        .enabled(if: RunningCluster.isPossible)
    )
    func joins() async throws {
        try await withCoordinator { site, coordinator in
            let token = try await site.token()
            let arguments = site.joining("worker-1", token)
            let worker = try Node(arguments, log: site.folder + "/worker.log")
            func run(_ code: String, in session: String = "session-1") async throws -> String {
                let result = try await Command.run(["exec", "--identifier", session, code] + site.access)
                #expect(result.status == 0, "\(result.error)")
                return result.output
            }
            do {
                _ = try await worker.says("worker serves")
                try await ready(site)
                #expect(try await run("x = 41; print(x)") == "41\n")
                let second = try await Command.run(site.joining("worker-2", token))
                #expect(second.error.contains("does not hold"))

                for (name, out) in [("coordinator", "nodes"), ("node", "worker-1")] {
                    let made = try await Command.run(
                        ["cert", "node", "--authority", site.folder + "/authority", "--name", name]
                            + ["--host", "127.0.0.1", "--out", "\(site.folder)/\(out)", "--force"]
                    )
                    #expect(made.status == 0, "\(made.error)")
                }
                for node in [coordinator, worker] {
                    node.reload()
                    _ = try await node.says("the node's certificate was read anew")
                }
                #expect(try await run("print(x + 1)") == "42\n")
            } catch {
                await worker.end()
                throw error
            }
            await worker.end()
            let again = try Node(
                ["worker", "--state-dir", site.folder + "/worker-1", "--set", "servedPools=python"],
                log: site.folder + "/again.log"
            )
            do {
                _ = try await again.says("worker serves")
                try await ready(site)
                #expect(try await run("print('x' in dir())", in: "session-2") == "False\n")
            } catch {
                await again.end()
                throw error
            }
            await again.end()
        }
    }

    /// Waits until the cluster takes new sessions.
    private func ready(_ site: Site) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let nodes = try await Command.run(["node", "list"] + site.access)
            let serving = nodes.output.split(separator: "\n").filter { $0.contains(" serving ") }
            // A coordinator that has just started takes no new sessions yet, though the worker serves already.
            if ["coordinator ", "worker-1 "].allSatisfy({ name in serving.contains { $0.hasPrefix(name) } }) {
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the worker never served")
    }
}
