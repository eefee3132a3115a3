import Domain
import Glibc
import Testing
import Wire

@testable import MicroVM

@Suite("A hostile guest", .serialized)
struct HostileGuestTests {
    /// Waits for the order to become another one, and says that it is done.
    private static let prepared = "head -c 4 <&1 >/dev/null; printf '\(PlayedQEMU.Frame.prepared)'"

    /// What a machine says about its end after its frames have ended.
    private static func end(of played: PlayedQEMU) async throws -> MachineExit {
        try await played.hypervisor.withMachine(for: played.pool) { machine in
            for await _ in machine.frames {}
            return await machine.exitReason()
        }
    }

    @Test("A guest that does not acknowledge its new identity is destroyed")
    func noAcknowledgement() async throws {
        let played = try await PlayedQEMU(
            afterContinue: "echo $$ >'/proc/self/fd/2'",
            startTime: .milliseconds(400)
        )
        try await played.hypervisor.prepare(played.pool) { _ in }
        let error = await #expect(throws: MicroVMError.self) {
            try await played.hypervisor.withMachine(for: played.pool) { _ in
                Issue.record("It serves without a new identity.")
            }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(Host.names(in: played.folder.path + "/run") == ["lock"])
    }

    @Test("A guest that answers with something else is destroyed")
    func wrongAnswer() async throws {
        for frame in [PlayedQEMU.Frame.trouble, PlayedQEMU.Frame.ready] {
            let played = try await PlayedQEMU(afterContinue: "printf '\(frame)'")
            try await played.hypervisor.prepare(played.pool) { _ in }
            let error = await #expect(throws: MicroVMError.self) {
                try await played.hypervisor.withMachine(for: played.pool) { _ in }
            }
            #expect(error?.code == (frame == PlayedQEMU.Frame.trouble ? .guestTrouble : .guestGarbage))
        }
    }

    @Test(
        "A frame over the limit, a garbage length and a frame that is none end the machine",
        arguments: [
            #"\377\377\377\377"#, #"\001\000\000\001"#, #"\004\000\000\000\377\377\377\377"#,
            #"\000\000\000\000"#,
        ]
    )
    func garbage(_ bytes: String) async throws {
        let played = try await PlayedQEMU(afterContinue: "\(Self.prepared); printf '\(bytes)'")
        try await played.hypervisor.prepare(played.pool) { _ in }
        let exit = try await Self.end(of: played)
        #expect(exit.cause.code == .guestGarbage)
        #expect(exit.process.signal == SIGKILL)
    }

    @Test("A guest that floods us is not read while nobody takes its frames")
    func flood() async throws {
        let frames = String(repeating: PlayedQEMU.Frame.trouble, count: 64)
        let played = try await PlayedQEMU(
            afterContinue: "\(Self.prepared); while :; do printf '\(frames)'; done"
        )
        try await played.hypervisor.prepare(played.pool) { _ in }
        try await played.hypervisor.withMachine(for: played.pool) { machine in
            // It stands still when the socket is full: its processor time does not grow any more.
            var last = -1
            let stands = try await eventually(within: .seconds(20)) {
                usleep(50_000)
                let now = try Self.processorTime(of: machine.processIdentifier)
                defer { last = now }
                return now == last
            }
            #expect(stands)
            // And it goes on when somebody takes what it says.
            var taken = 0
            for await frame in machine.frames {
                #expect(frame == .trouble("no"))
                taken += 1
                if taken == 50_000 { break }
            }
            #expect(taken == 50_000)
        }
    }

    @Test("A guest that reads nothing does not fill our memory")
    func deaf() async throws {
        let played = try await PlayedQEMU(afterContinue: Self.prepared)
        try await played.hypervisor.prepare(played.pool) { _ in }
        try await played.hypervisor.withMachine(for: played.pool) { machine in
            let order = RunOrder(
                execution: 1,
                input: .code(String(repeating: "x", count: 4 << 20)),
                outputBytes: 1,
                resultBytes: 1,
                images: 1
            )
            var codes: [MicroVMError.Code] = []
            for _ in 0..<8 {
                do throws(MicroVMError) {
                    try await machine.send(.run(order), deadline: .now + .milliseconds(20))
                } catch {
                    codes.append(error.code)
                }
            }
            #expect(codes.first == .deadlineExceeded)
            #expect(codes.last == .guestBacklog)
        }
    }

    @Test("The death of QEMU ends the frames and is reported with its words")
    func death() async throws {
        let played = try await PlayedQEMU(afterContinue: "\(Self.prepared); echo 'it broke' >&2; exit 3")
        try await played.hypervisor.prepare(played.pool) { _ in }
        let exit = try await Self.end(of: played)
        #expect(exit.cause.code == .machineDied)
        #expect(exit.process.exitCode == 3)
        #expect(exit.process.diagnostics.contains("it broke"))
    }

    @Test("A QEMU that closes its connections and lives on is killed")
    func zombie() async throws {
        let played = try await PlayedQEMU(
            afterContinue: "\(Self.prepared); exec 0<&- 1>&- ; while :; do :; done"
        )
        try await played.hypervisor.prepare(played.pool) { _ in }
        let exit = try await Self.end(of: played)
        #expect(exit.process.signal == SIGKILL)
    }

    @Test("A guest that never comes up makes no template, and the progress says why")
    func noTemplate() async throws {
        let played = try await PlayedQEMU(
            afterContinue: ":",
            builder: "echo 'no such machine' >&2; exit 1"
        )
        let failure = await #expect(throws: Failure.self) {
            try await played.hypervisor.prepare(played.pool) { line in
                if line.hasPrefix("failed") { #expect(line.contains("no such machine")) }
            }
        }
        #expect(failure?.code == .sandboxFailed)
        let error = await #expect(throws: MicroVMError.self) {
            try await played.hypervisor.withMachine(for: played.pool) { _ in }
        }
        #expect(error?.code == .notPrepared)
    }

    /// The processor time that a process has used, in ticks.
    private static func processorTime(of process: Int32) throws -> Int {
        let fields = try #require(TextFile.read("/proc/\(process)/stat")).split(separator: " ")
        return (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
    }
}
