import Foundation
import Glibc
import Subprocess
import SystemPackage
import Testing

/// `cloister run`, as a process.
@Suite("The run command", .enabled(if: RunningCluster.isPossible), .serialized)
struct RunCommandTests {
    @Test("It uses the running cluster, prints output and value, and tells failure by its exit code")
    func runningCluster() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let state = ["--state-dir", cluster.state]
            let printed = try await Command.run(["run", "print(6*7)"] + state)
            #expect(printed == Command.Result(status: 0, output: "42\n", error: ""))
            let kept = ["--identifier", "kept-session"] + state
            #expect(try await Command.run(["run", "x = 20"] + kept).status == 0)
            #expect(try await Command.run(["run", "x + 1"] + kept).output == "21\n")
            let failed = try await Command.run(["run", "1/0"] + state)
            #expect(failed.status == 1)
            #expect(failed.error.contains("ZeroDivisionError"))
            let slow = try await Command.run(["run", "while True: pass", "--timeout", "1"] + state)
            #expect(slow.status == 124)
            let refused = try await Command.run(["run", "1", "--identifier", "abc"] + state)
            #expect(refused.status == 125)
            #expect(refused.error.contains("4 to 128"))
            let file = cluster.state + "/code.py"
            try "print('from a file')".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try await Command.run(["run", "-f", file] + state).output == "from a file\n")
            #expect(
                try await Command.run(["run"] + state, input: "print('from stdin')").output == "from stdin\n"
            )
        }
    }

    @Test("Without a running cluster it starts one for the call and leaves nothing")
    func ownCluster() async throws {
        let state = NSTemporaryDirectory() + "cloister-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: state) }
        let result = try await Command.run(["run", "print('alone')", "--state-dir", state])
        #expect(result.status == 0)
        #expect(result.output == "alone\n")
        let left = Processes.all().filter { $0.command.contains(state) }
        #expect(left.isEmpty)
    }
}

/// Runs the binary to its end.
enum Command {
    struct Result: Equatable, Sendable {
        let status: Int32
        let output: String
        let error: String
    }

    static func run(_ arguments: [String], input: String = "") async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(RunningCluster.binary)),
            arguments: Arguments(arguments),
            input: .string(input),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard case .exited(let status) = result.terminationStatus else {
            return Result(status: -1, output: result.standardOutput, error: result.standardError)
        }
        return Result(status: status, output: result.standardOutput, error: result.standardError)
    }
}
