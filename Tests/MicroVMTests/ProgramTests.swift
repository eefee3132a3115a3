import Domain
import Testing
import Wire

@testable import MicroVM

@Suite(
    "Commands and programs in a guest",
    .serialized,
    .enabled(if: RealMachine.isAvailable, RealMachine.advice),
    .timeLimit(.minutes(5))
)
struct ProgramTests {
    @Test("A command has its exit code, its input and its streams; a program needs no shell")
    func results() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            let first = ContinuousClock.now
            #expect(try await machine.shell("echo ready", number: 1).output == "ready\n")
            print("first command: \(ContinuousClock.now - first)")
            let begun = ContinuousClock.now
            for number in 100..<110 as Range<UInt64> { _ = try await machine.shell("true", number: number) }
            print("warm command: \((ContinuousClock.now - begun) / 10)")
            for (command, code) in [("true", 0), ("false", 1), ("exit 3", 3), ("nothing-such", 127)] {
                let seen = try await machine.shell(command, number: 2)
                #expect(seen.outcome.exitCode == code, "\(command)")
                #expect(seen.outcome.status == (code == 0 ? .succeeded : .failed))
            }
            let ended = try await machine.shell("kill -TERM $$", number: 3)
            #expect(ended.outcome.exitCode == 128 + 15)
            let streams = try await machine.shell("pwd; whoami; echo error >&2; printf '\\377'", number: 4)
            #expect(streams.output == "/mnt/data\nsession\n\u{fffd}")
            #expect(streams.errors == "error\n")
            let long = [UInt8](repeating: 65, count: 300_000)
            #expect(try await machine.shell("wc -c", number: 5, input: long).output == "300000\n")
            let unread = try await machine.shell("exec <&-; echo done", number: 6, input: long)
            #expect(unread.output == "done\n" && unread.outcome.exitCode == 0)
            #expect(try await machine.shell("cat", number: 7).output == "")
            let program = ExecutionInput(.program(["printf", "%s|", "a b", "$HOME"]))
            #expect(try await machine.converse(program, number: 8).output == "a b|$HOME|")
            let missing = ExecutionInput(.program(["nothing-such"]))
            let notFound = try await machine.converse(missing, number: 9)
            #expect(notFound.outcome.exitCode == 127)
            #expect(notFound.errors == "nothing-such: No such file or directory\n")
            #expect(try await machine.converse(.init(.program(["/etc"])), number: 10).outcome.exitCode == 126)
        }
    }

    @Test("What a command leaves in the background lives on and disturbs nobody; no last word is lost")
    func background() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            let noise = "sleep 1; while true; do echo noise; sleep 0.3; done"
            let start = "(\(noise)) & echo $! > /tmp/pid; echo started"
            #expect(try await machine.shell(start, number: 1).output == "started\n")
            for number in 2..<52 as Range<UInt64> {
                let text = String(repeating: "x", count: Int(number) * 37)
                let said = try await machine.shell("printf \(text)", number: number)
                #expect(said.output == text)
            }
            let stopped = try await machine.converse(
                ExecutionInput(.shellCommand("trap '' INT TERM; echo deaf; while true; do sleep 1; done")),
                number: 60,
                interruptAfter: .seconds(4),
                grace: .seconds(1)
            )
            #expect(stopped.outcome.status == .cancelled)
            #expect(stopped.outcome.exitCode == 128 + 9)
            #expect(stopped.output == "deaf\n")
            let interrupted = try await machine.converse(
                ExecutionInput(.shellCommand("sleep 600")),
                number: 61,
                interruptAfter: .seconds(1)
            )
            #expect(interrupted.outcome.status == .cancelled)
            #expect(interrupted.outcome.exitCode == 128 + 2)
            let alive = try await machine.shell("kill -0 $(cat /tmp/pid) && echo alive", number: 62)
            #expect(alive.output == "alive\n")
        }
    }

    @Test("A guest of one runtime does what those of the others do, and an empty runtime touches nothing")
    func mixture() async throws {
        try await RealMachine.withMachine(.python) { machine in
            _ = try await machine.run("kept = 1")
            #expect(try await machine.shell("echo from bash", number: 2).output == "from bash\n")
            let node = try await machine.converse(.code("const a = 20; a + 1", runtime: .node), number: 3)
            #expect(node.value?.json == "21")
            #expect(try await machine.shell("exit 7", number: 4).outcome.exitCode == 7)
            let empty = ExecutionInput(
                .code("print('kept' in dir()); other = 5\nother", runtime: .python),
                inEmptyRuntime: true
            )
            let seen = try await machine.converse(empty, number: 5)
            #expect(seen.output == "False\n")
            #expect(seen.value?.text == "5")
            let failing = ExecutionInput(
                .code("import os; os._exit(3)", runtime: .python),
                inEmptyRuntime: true
            )
            let ended = try await machine.converse(failing, number: 6)
            #expect(ended.outcome.errorName == "RuntimeEnded")
            #expect(!ended.outcome.stateWasLost)
            #expect(try await machine.run("print(kept, 'other' in dir())", number: 7) == "1 False\n")
            let still = try await machine.converse(.code("a", runtime: .node), number: 8)
            #expect(still.value?.json == "20")
        }
    }
}
