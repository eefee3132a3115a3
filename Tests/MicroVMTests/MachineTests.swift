import Domain
import Glibc
import Testing
import Wire

@testable import MicroVM

@Suite("A machine", .serialized, .enabled(if: RealMachine.isAvailable, RealMachine.advice))
struct MachineTests {
    @Test(
        "Two clones of one template keep separate state and have separate randomness",
        .timeLimit(.minutes(5))
    )
    func twins() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        let pool = try RealMachine.pool()
        let draw = """
            import os, random, uuid, time, socket
            try:
                secret
                print("seen another's variable")
            except NameError:
                secret = 1
            print(os.urandom(16).hex(), random.random(), uuid.uuid4(), socket.gethostname(),
                  open("/etc/machine-id").read().strip(), sep="\\n")
            """
        try await hypervisor.withMachine(for: pool) { first in
            try await hypervisor.withMachine(for: pool) { second in
                let one = try await first.run(draw).split(separator: "\n")
                let two = try await second.run(draw).split(separator: "\n")
                #expect(one.count == 5 && two.count == 5)
                for (left, right) in zip(one, two) { #expect(left != right) }
                // What one writes later the other does not see.
                _ = try await first.run("secret = 2; open('/tmp/mark', 'w').write('x')", number: 2)
                let seen = try await second.run(
                    "import os; print(secret, os.path.exists('/tmp/mark'))",
                    number: 2
                )
                #expect(seen == "1 False\n")
                let clock = try await second.run("print(time.time())", number: 3)
                let difference = (Double(clock.dropLast()) ?? 0) - Double(Host.unixTimeNanoseconds) / 1e9
                #expect(abs(difference) < 1)
            }
        }
    }

    @Test("The stages are measured, and a clone is there in well under a second", .timeLimit(.minutes(5)))
    func timings() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            let start = ContinuousClock.now
            let output = try await machine.run("print(1)")
            let first = ContinuousClock.now - start
            #expect(output == "1\n")
            print(
                "timings: \(machine.timings.recorded.map { "\($0.stage) \($0.duration)" }), first run \(first)"
            )
            #expect(machine.timings.recorded.map(\.stage) == [.spawn, .load, .reseed])
            // Far above what it takes; the promised numbers are measured by the benchmark.
            let whole = machine.timings.recorded.reduce(first) { $0 + $1.duration }
            #expect(whole < .seconds(5))
        }
    }

    @Test("A QEMU that is killed ends the frames at once and is reported", .timeLimit(.minutes(5)))
    func killed() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            kill(machine.processIdentifier, SIGKILL)
            let start = ContinuousClock.now
            for await _ in machine.frames {}
            let exit = await machine.exitReason()
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(exit.cause.code == .machineDied)
            #expect(exit.process.signal == SIGKILL)
            await #expect(throws: MicroVMError.self) {
                try await machine.send(.warmUp(.python), deadline: .now + .seconds(1))
            }
        }
    }

    // Descriptors and children are those of a process, so these two have one of their own.
    @Test("Nothing is left of a machine: no process, no descriptor, no file", .timeLimit(.minutes(5)))
    func nothingIsLeft() async throws {
        _ = try await RealMachine.hypervisor()
        await #expect(processExitsWith: .success) {
            let worker = try await LonelyWorker()
            let ended = try await worker.hypervisor.withMachine(for: worker.pool) { $0.processIdentifier }
            #expect(!isAlive(ended))
            struct Refusal: Error {}
            await #expect(throws: Refusal.self) {
                try await worker.hypervisor.withMachine(for: worker.pool) { _ in throw Refusal() }
            }
            worker.expectNothingLeft()
        }
    }

    @Test("Cancellation ends a machine, whatever it is doing", .timeLimit(.minutes(5)))
    func cancellation() async throws {
        _ = try await RealMachine.hypervisor()
        await #expect(processExitsWith: .success) {
            let worker = try await LonelyWorker()
            let (started, tell) = AsyncStream.makeStream(of: Int32.self)
            let task = Task {
                try await worker.hypervisor.withMachine(for: worker.pool) { machine in
                    tell.yield(machine.processIdentifier)
                    for await _ in machine.frames {}
                }
            }
            var processes = started.makeAsyncIterator()
            let process = try #require(await processes.next())
            #expect(isAlive(process))
            #expect(Host.names(in: worker.runFolder.path).contains("machine-\(process)"))
            let start = ContinuousClock.now
            task.cancel()
            _ = await task.result
            #expect(ContinuousClock.now - start < .seconds(2))
            #expect(!isAlive(process))

            // And at any moment of its start.
            for milliseconds in [0, 1, 5, 15, 30, 45, 60, 90] {
                let early = Task { try await worker.hypervisor.withMachine(for: worker.pool) { _ in } }
                try await Task.sleep(for: .milliseconds(milliseconds))
                early.cancel()
                _ = await early.result
            }
            worker.expectNothingLeft()
        }
    }

    @Test("A guest that ends by itself is reported with the end of its console", .timeLimit(.minutes(5)))
    func guestEnds() async throws {
        let folder = TemporaryFolder()
        var configuration = RealMachine.configuration(runDirectory: folder.path + "/run")
        for name in ["kernel", "initramfs", "manifest"] {
            symlink("\(configuration.imageDirectory)/\(name)", "\(folder.path)/\(name)")
        }
        // No file system: the agent cannot go on, says so and switches off.
        try TextFile.write(String(repeating: "x", count: 8_192), to: folder.path + "/root.squashfs")
        configuration.imageDirectory = folder.path
        configuration.cacheDirectory = folder.path + "/cache"
        configuration.accelerator = .tcg
        let hypervisor = try await QEMUHypervisor(configuration)
        let (lines, said) = AsyncStream.makeStream(of: String.self)
        let pool = try RealMachine.pool()
        await #expect(throws: Failure.self) { try await hypervisor.prepare(pool) { said.yield($0) } }
        said.finish()
        var last = ""
        for await line in lines { last = line }
        #expect(last.contains("guestEnded"))
        #expect(last.contains("cloister-guest"))
    }

    @Test("A worker that is killed takes its machines with it", .timeLimit(.minutes(5)))
    func parentKilled() async throws {
        _ = try await RealMachine.hypervisor()
        // The process that is killed clears nothing away.
        let folder = TemporaryFolder()
        setenv("CLOISTER_TEST_FOLDER", folder.path, 1)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let folder = try #require(getenv("CLOISTER_TEST_FOLDER").map { String(cString: $0) })
            let configuration = RealMachine.configuration(runDirectory: folder + "/run")
            let hypervisor = try await QEMUHypervisor(configuration)
            try await hypervisor.prepare(try RealMachine.pool()) { _ in }
            try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
                try TextFile.write("\(machine.processIdentifier)", to: folder + "/process")
                kill(getpid(), SIGKILL)
            }
        }
        let process = try #require(TextFile.read(folder.path + "/process").flatMap { Int32($0) })
        let isGone = await eventually(within: .seconds(2)) { !isAlive(process) }
        #expect(isGone)
        // Its next life finds the note and sweeps it away.
        let run = try await RunDirectory(folder.path + "/run")
        #expect(Host.names(in: folder.path + "/run").contains("machine-\(process)"))
        #expect(run.sweep().isEmpty)
        #expect(Host.names(in: folder.path + "/run") == ["lock"])
    }

    @Test("QEMU runs without rights, and in its jail where the host allows one", .timeLimit(.minutes(5)))
    func confinement() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            let status = try #require(TextFile.read("/proc/\(machine.processIdentifier)/status"))
            #expect(status.contains("CapEff:\t0000000000000000"))
            #expect(status.contains("NoNewPrivs:\t1"))
            #expect(status.contains("Seccomp:\t2"))
            if let user = hypervisor.report.confinement.user {
                #expect(status.contains("Uid:\t\(user)\t\(user)\t\(user)\t\(user)"))
            }
            guard hypervisor.report.confinement.isJailed else { return }
            for kind in ["mnt", "pid", "net", "ipc", "uts", "user"] {
                let own = linkTarget("/proc/self/ns/\(kind)")
                #expect(linkTarget("/proc/\(machine.processIdentifier)/ns/\(kind)") != own)
            }
            #expect(Host.names(in: "/proc/\(machine.processIdentifier)/root/home").isEmpty)
        }
    }
}
