import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("The reference of the commands")
struct CommandReferenceTests {
    private static let document = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/cli.md")

    @Test("docs/cli.md is what the commands say of themselves")
    func documentIsCurrent() async throws {
        let result = try await Subprocess.run(
            .path(FilePath(RunningCluster.binary)),
            arguments: ["--experimental-dump-help"],
            // The folder differs from user to user; the page has that of root.
            environment: .inherit.updating(["CLOISTER_STATE_DIR": "/var/lib/cloister"]),
            output: .string(limit: 4 << 20),
            error: .discarded
        )
        let wanted = try CommandReference(dump: result.standardOutput).text
        for command in ["up", "run", "exec", "pool create", "apply", "config check", "key revoke", "worker"] {
            #expect(wanted.contains("# cloister \(command)\n"), "\(command) is missing")
        }
        if ProcessInfo.processInfo.environment["CLOISTER_UPDATE"] == "1" {
            try wanted.write(to: Self.document, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: Self.document, encoding: .utf8)
        #expect(
            written == wanted,
            "Run CLOISTER_UPDATE=1 swift test --filter CommandReferenceTests and commit it."
        )
    }
}
