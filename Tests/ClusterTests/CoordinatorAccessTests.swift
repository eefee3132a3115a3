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
            (
                "issuers: [c]\nissuer:\n  c:\n    url: https://a.example\n    audiences: [a]\n    grants: [x]\n"
                    + "    grant:\n      x:\n        pools: python", "issuer.c.grant.x.pools has to be a list"
            ),
            (
                "issuers: [c]\nissuer:\n  c:\n    url: https://a.example\n    audiences: [a]\n    grants: readers",
                "issuer.c.grants has to be a list"
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

    @Test("With a certificate it speaks HTTPS, and a renewed one serves after SIGHUP")
    func certificate() async throws {
        try await withFolder { folder in
            let files = "  certificateFile: \(folder)/server.pem\n  keyFile: \(folder)/server.key"
            try await renew(folder)
            try await running(try configuration(folder, files)) { url, process in
                let address = url.replacingOccurrences(of: "http://", with: "https://") + "/healthz"
                let authority = folder + "/first.pem"
                try FileManager.default.copyItem(atPath: folder + "/server.pem", toPath: authority)
                #expect(try await curl(["--cacert", authority, address]).contains("alive"))
                #expect(try await curl(["--cacert", authority, "--tls-max", "1.1", address]).isEmpty)
                #expect(try await curl([url + "/healthz"]).isEmpty)
                try await renew(folder)
                kill(process, SIGHUP)
                var answer = ""
                let deadline = ContinuousClock.now + .seconds(20)
                while answer.isEmpty, ContinuousClock.now < deadline {
                    answer = try await curl(["--cacert", folder + "/server.pem", address])
                }
                #expect(answer.contains("alive"))
                #expect(try await curl(["--cacert", authority, address]).isEmpty)
            }
        }
    }

    /// Makes a certificate that vouches for itself, and its key.
    private func renew(_ folder: String) async throws {
        let result = try await Subprocess.run(
            .path("/usr/bin/openssl"),
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "2",
                "-subj", "/CN=cloister", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", folder + "/server.key", "-out", folder + "/server.pem",
            ],
            output: .discarded,
            error: .discarded
        )
        #expect(result.terminationStatus == .exited(0))
    }

    /// What curl gets; empty when it gets nothing.
    private func curl(_ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .name("curl"),
            arguments: Arguments(["-sS", "--max-time", "10"] + arguments),
            output: .string(limit: 1 << 16),
            error: .discarded
        )
        return result.standardOutput
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
