import Domain
import Testing
import Wire

@testable import MicroVM

@Suite(
    "A guest at its limits",
    .serialized,
    .enabled(if: RealMachine.isAvailable, RealMachine.advice),
    .timeLimit(.minutes(5))
)
struct LimitTests {
    @Test("Code that wants more memory than there is fails and says so; files survive, variables do not")
    func memory() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            _ = try await machine.run("kept = 1; open('/mnt/data/kept', 'w').write('still here')")
            let greedy = "hoard = []\nwhile True: hoard.append(bytearray(b'x' * (8 << 20)))"
            let outcome = try await machine.outcome(of: greedy, number: 2)
            #expect(outcome.status == .failed)
            #expect(outcome.errorName == "OutOfMemory")
            #expect(outcome.errorMessage.contains("ran out of memory"))
            #expect(outcome.stateWasLost)
            let seen = try await machine.run(
                "print('kept' in dir(), open('/mnt/data/kept').read())",
                number: 3
            )
            #expect(seen == "False still here\n")
            // And the guest is as good as before.
            #expect(
                try await machine.run("import pandas; print(pandas.Series([1, 2]).sum())", number: 4) == "3\n"
            )
        }
    }

    @Test("A fork bomb meets the pool's limit, and the session serves on")
    func processes() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            let bomb = """
                import os, signal, time
                children = []
                try:
                    while True:
                        child = os.fork()
                        if child == 0:
                            time.sleep(600)
                            os._exit(0)
                        children.append(child)
                except BlockingIOError:
                    print(len(children))
                for child in children: os.kill(child, signal.SIGKILL)
                for child in children: os.waitpid(child, 0)
                """
            let few = Int(try await machine.run(bomb, processes: 40).dropLast()) ?? -1
            #expect((20..<40).contains(few), "\(few) children")
            let limit = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))"
            #expect(try await machine.run(limit, number: 2, processes: 40) == "(40, 40)\n")
            // A runtime that is started anew has the same limit.
            _ = try await machine.outcome(of: "import os; os._exit(1)", number: 3)
            #expect(try await machine.run(limit, number: 4) == "(40, 40)\n")
        }
    }

    @Test("A huge error message and a value of broken UTF-8 do not end the machine")
    func greatFrames() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            let outcome = try await machine.outcome(of: "raise ValueError('é' * (6 << 20))", number: 1)
            #expect(outcome.errorName == "ValueError")
            #expect(outcome.errorMessage.utf8.count <= 64 << 10)
            let value = try await machine.outcome(of: "'\\udc80' * (4 << 20)", number: 2)
            #expect(value.status == .succeeded)
            #expect(try await machine.run("print(1)", number: 3) == "1\n")
        }
    }
}

extension Machine {
    /// Runs code and returns how it ended.
    fileprivate func outcome(of code: String, number: UInt64) async throws -> Outcome {
        let order = RunOrder(
            execution: number,
            input: .code(code),
            outputBytes: 1 << 20,
            resultBytes: 4 << 20,
            images: 0
        )
        try await send(.run(order), deadline: .now + .seconds(10))
        for await frame in frames {
            if case .event(number, .ended(let outcome)) = frame { return outcome }
        }
        throw MicroVMError(.machineDied, "The machine ended while it ran code: \(await exitReason())")
    }
}
