import APIModel
import Client
import Foundation
import Testing

/// `cloister key`, as a process against a real cluster.
@Suite("The key command", .enabled(if: RunningCluster.isPossible), .serialized)
struct KeyCommandTests {
    @Test("Keys are made, listed, used, expired and revoked; a secret is shown once and stands nowhere else")
    func keys() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let state = ["--state-dir", cluster.state]
            let made = try await Command.run(["key", "create", "--name", "ci", "--pool", "python"] + state)
            #expect(made.status == 0)
            let secret = made.output.trimmingCharacters(in: .newlines)
            #expect(secret.hasPrefix("clk_") && !secret.contains("\n"))
            #expect(made.error.contains("made key-"))
            #expect(!made.error.contains(secret))

            let user = CloisterClient(baseURL: cluster.url, apiKey: secret)
            let answer = try await user.execute(code: "6*7", identifier: "key-session", pool: "python")
            #expect(answer.resource.result == .integer(42))
            let refused = await #expect(throws: ClientError.self) { try await user.keys() }
            #expect(refused?.status == 403)

            let listed = try await Command.run(["key", "list"] + state)
            #expect(listed.status == 0)
            let lines = listed.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines.first?.first == "ID")
            #expect(lines.map { $0[0] }.contains("key-file"))
            let line = try #require(lines.first { $0[1] == "ci" })
            #expect(Array(line[2...6]) == ["executor", "python", "for", "ever", "default"])
            #expect(!listed.output.contains(secret))

            let short = try await Command.run(
                ["key", "create", "--name", "short", "--expires-in", "1s"] + state
            )
            let shortClient = CloisterClient(
                baseURL: cluster.url,
                apiKey: short.output.trimmingCharacters(in: .newlines)
            )
            let deadline = ContinuousClock.now + .seconds(60)
            var code = ""
            while code != "Unauthorized", ContinuousClock.now < deadline {
                do {
                    _ = try await shortClient.execute(code: "1", identifier: "key-session", pool: "python")
                    try await Task.sleep(for: .milliseconds(100))
                } catch let error as ClientError {
                    code = error.code
                }
            }
            #expect(code == "Unauthorized")
            #expect(try await Command.run(["key", "list"] + state).output.contains("expired 20"))

            let revoked = try await Command.run(["key", "revoke", line[0]] + state)
            #expect(revoked.status == 0)
            let ended = await #expect(throws: ClientError.self) {
                try await user.execute(code: "1", identifier: "key-session", pool: "python")
            }
            #expect(ended?.code == "Unauthorized")
            let again = try await Command.run(["key", "revoke", line[0]] + state)
            #expect(again.status == 2)
            #expect(again.error.contains("KeyNotFound"))

            for name in try FileManager.default.contentsOfDirectory(atPath: cluster.state) {
                guard let content = FileManager.default.contents(atPath: cluster.state + "/" + name) else {
                    continue
                }
                #expect(content.range(of: Data(secret.utf8)) == nil, "\(name)")
            }
        }
    }

    @Test("Without a cluster, and with arguments that do not do, it says so and ends with a code")
    func refusals() async throws {
        let state = ["--state-dir", NSTemporaryDirectory() + "cloister-none-\(UUID().uuidString)"]
        let alone = try await Command.run(["key", "list"] + state)
        #expect(alone.status == 2)
        #expect(alone.error.contains("No cluster runs here"))
        for arguments in [["create"], ["create", "--name", "n", "--expires-in", "soon"], ["revoke"]] {
            #expect(try await Command.run(["key"] + arguments + state).status != 0)
        }
    }
}
