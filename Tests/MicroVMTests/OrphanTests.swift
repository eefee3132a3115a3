import Glibc
import Subprocess
import SystemPackage
import Testing

@testable import MicroVM

@Suite("Machines of a worker that is gone", .enabled(if: RealMachine.isAvailable, RealMachine.advice))
struct OrphanTests {
    /// A real QEMU that does not die with its parent: it waits, stopped, for a monitor that never comes.
    private static func withOrphan(_ body: (Int32) async throws -> Void) async throws {
        _ = try await run(
            .path("/usr/bin/qemu-system-x86_64"),
            arguments: [
                "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-m", "64M", "-S",
                "-machine", "microvm,memory-backend=memory",
                "-object", "memory-backend-ram,id=memory,size=64M",
            ],
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let process = execution.processIdentifier.value
            defer { kill(process, SIGKILL) }
            try await body(process)
        }
    }

    @Test(
        "A worker that starts ends exactly the machines that its former self has noted",
        .timeLimit(.minutes(5))
    )
    func sweep() async throws {
        let folder = TemporaryFolder()
        try await Self.withOrphan { noted in
            try await Self.withOrphan { stranger in
                try await Self.withOrphan { successor in
                    // Not before the kernel shows them as what they are.
                    let isUp = await eventually(within: .seconds(10)) {
                        [noted, stranger, successor].allSatisfy {
                            TextFile.read("/proc/\($0)/cmdline")?.contains("microvm,memory") == true
                        }
                    }
                    try #require(isUp)
                    do {
                        let former = try await RunDirectory(folder.path)
                        try former.note(noted)
                        // The number of one that ended, which another QEMU has now.
                        try TextFile.write(
                            "\(Host.bootIdentifier) 1",
                            to: folder.path + "/machine-\(successor)"
                        )
                    }
                    let worker = try await QEMUHypervisor(
                        RealMachine.configuration(runDirectory: folder.path)
                    )
                    #expect(worker.report.sweptProcesses == [noted])
                    #expect(await eventually(within: .seconds(5)) { !isRunning(noted) })
                    #expect(isRunning(stranger) && isRunning(successor))
                    #expect(Host.names(in: folder.path) == ["lock"])
                }
            }
        }
    }
}
