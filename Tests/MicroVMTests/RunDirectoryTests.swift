import Glibc
import Subprocess
import SystemPackage
import Testing

@testable import MicroVM

@Suite("The run directory")
struct RunDirectoryTests {
    /// A process that by its command line could be a QEMU of ours.
    private static func withLookalike(_ body: (Int32) async throws -> Void) async throws {
        _ = try await run(
            .path("/usr/bin/tail"),
            arguments: ["-f", "/dev/null", "microvm,memory-backend"],
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let process = execution.processIdentifier.value
            try await body(process)
            kill(process, SIGKILL)
        }
    }

    @Test("A process that was noted is killed; one that only has its number is not")
    func sweep() async throws {
        let folder = TemporaryFolder()
        try await Self.withLookalike { noted in
            try await Self.withLookalike { other in
                do {
                    let former = try await RunDirectory(folder.path)
                    try former.note(noted)
                    try TextFile.write("\(Host.bootIdentifier) 1", to: folder.path + "/machine-\(other)")
                    try TextFile.write("x", to: folder.path + "/machine-nonsense")
                }
                let swept = try await RunDirectory(folder.path).sweep()
                #expect(swept == [noted])
                #expect(isAlive(other))
                #expect(Host.names(in: folder.path) == ["lock"])
            }
        }
    }

    @Test("Two workers cannot have the same directory; one that is about to go is waited for")
    func exclusive() async throws {
        let folder = TemporaryFolder()
        var former: RunDirectory? = try await RunDirectory(folder.path)
        await #expect(throws: MicroVMError.self) { try await RunDirectory(folder.path, patience: .zero) }
        withExtendedLifetime(former) {}
        var hasWaited = false
        let next = try await RunDirectory(folder.path, patience: .seconds(20)) {
            hasWaited = true
            former = nil
        }
        #expect(hasWaited)
        withExtendedLifetime(next) {}
    }
}
