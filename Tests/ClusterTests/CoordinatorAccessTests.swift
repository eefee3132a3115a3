import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// `cloister coordinator` as a process: its keys, its audit log and its refusals to start.
@Suite("A coordinator's access", .serialized, .timeLimit(.minutes(2)))
struct CoordinatorAccessTests {
    /// A folder with what every configuration needs.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "cloister-access-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = folder + "/cluster-key"
        try String(repeating: "k", count: 40).write(toFile: key, atomically: false, encoding: .utf8)
        chmod(key, 0o600)
        try await body(folder)
    }

    private func configuration(_ folder: String, _ more: String) throws -> String {
        let text = """
            inbox: tcp://127.0.0.1:0
            clusterKeyFile: \(folder)/cluster-key
            apiKeyFile: \(folder)/api-key
            storeFile: \(folder)/records.sqlite
            listen:
              port: 0
            \(more)
            """
        try text.write(toFile: folder + "/coordinator.yaml", atomically: false, encoding: .utf8)
        return folder + "/coordinator.yaml"
    }

    @Test(
        "A configuration that does not do keeps it from starting, and names the key",
        arguments: [
            ("issuers: [company]", "issuer.company.url"),
            ("issuers: [c]\nissuer:\n  c:\n    url: http://login.example\n    audiences: [a]", "https://"),
            ("issuers: [c]\nissuer:\n  c:\n    url: https://a.example", "issuer.c.audiences"),
            (
                "issuers: [c]\nissuer:\n  c:\n    url: https://a.example\n    audiences: [a]\n    algorithms: [HS256]",
                "issuer.c.algorithms"
            ),
            (
                "issuers: [c]\nissuer:\n  c:\n    url: https://a.example\n    audiences: [a]\n    grants: [x]\n"
                    + "    grant:\n      x:\n        roles: [root]", "issuer.c.grant.x.roles"
            ),
            ("rateLimit:\n  requestsPerMinute: many", "rateLimit.requestsPerMinute"),
            ("audit:\n  file: /nonexistent/audit", "/nonexistent/audit"),
            ("audit:\n  file: audit\n  keepsCode: perhaps", "audit.keepsCode"),
        ]
    )
    func refused(more: String, text: String) async throws {
        try await withFolder { folder in
            let result = try await Command.run(["coordinator", "--config", try configuration(folder, more)])
            #expect(result.status != 0)
            #expect(result.error.contains(text), "\(result.error)")
        }
    }

    @Test("It keeps made keys over a restart, writes the audit log and opens it anew at SIGHUP")
    func restart() async throws {
        try await withFolder { folder in
            let issuer = "issuers: [c]\nissuer:\n  c:\n    url: http://127.0.0.1:1\n    audiences: [a]"
            let path = try configuration(folder, "audit:\n  file: \(folder)/audit.jsonl\n\(issuer)")
            var secret = ""
            try await running(path) { url, process in
                let environment = ["--url", url, "--state-dir", folder]
                secret = try await Command.run(["key", "create", "--name", "kept"] + environment).output
                #expect(secret.hasPrefix("clk_"))
                let log = folder + "/audit.jsonl"
                try await waitForText("POST /cloister/v1/keys", in: log)
                try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
                kill(process, SIGHUP)
                try await waitForText("", in: log)
                _ = try await Command.run(["key", "list"] + environment)
                try await waitForText("GET /cloister/v1/keys", in: log)
            }
            try await running(path) { url, _ in
                let listed = try await Command.run(["key", "list", "--url", url, "--state-dir", folder])
                #expect(listed.output.contains("kept"))
            }
        }
    }

    private func waitForText(_ text: String, in path: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let content = try? String(contentsOfFile: path, encoding: .utf8),
                text.isEmpty || content.contains(text)
            {
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("\(text) never stood in \(path)")
    }

    /// Runs a coordinator until the body has ended.
    private func running(_ path: String, _ body: (String, pid_t) async throws -> Void) async throws {
        let result = try await Subprocess.run(
            .path(FilePath(RunningCluster.binary)),
            arguments: ["coordinator", "--config", path],
            input: .none,
            output: .discarded,
            error: .sequence
        ) { execution in
            let process = pid_t(execution.processIdentifier.value)
            defer { kill(process, SIGTERM) }
            for try await line in execution.standardError.strings() {
                guard
                    let members = try? JSONSerialization.jsonObject(with: Data(line.utf8))
                        as? [String: String],
                    members["message"] == "the API listens", let port = members["port"]
                else { continue }
                try await body("http://127.0.0.1:\(port)", process)
                break
            }
        }
        _ = result
    }
}
