internal import Domain
internal import NIOCore
internal import Wire

/// A machine that continues from a template.
struct ClonedMachine: Machine {
    let timings: StageTimings
    private let process: QEMUProcess

    var frames: GuestFrames {
        let guest = process.guest
        return GuestFrames {
            // Only the cancellation of the consumer's task can be thrown here.
            (try? await guest.next(by: nil)) ?? nil
        }
    }

    var processIdentifier: Int32 { process.handle.identifier }

    func send(_ frame: HostFrame, deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        try await process.guest.send(frame, by: deadline)
    }

    func takeConsole() async -> String { await process.console() }

    func exitReason() async -> MachineExit { await process.exitReport() }

    /// Lets a process that has loaded a template go on and makes it unlike its twins.
    ///
    /// - Parameters:
    ///   - process: a QEMU that has loaded a state.
    ///   - timings: how long that took, where the client had to wait for it.
    ///   - deadline: when it has to have acknowledged its new identity; else it must not serve.
    /// - Throws: why it did not.
    init(
        continuing process: QEMUProcess,
        after timings: StageTimings,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) {
        var timings = timings
        let start = ContinuousClock.now
        try await process.monitor.execute("cont", by: deadline)
        try await process.guest.send(.prepare(Self.freshPreparation()), by: deadline)
        try await process.awaitFrame(.prepared, by: deadline)
        timings[.reseed] = .now - start
        self.process = process
        self.timings = timings
    }

    private static func freshPreparation() -> Preparation {
        var generator = SystemRandomNumberGenerator()
        let identifier = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let suffix = identifier.prefix(4).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return Preparation(
            entropy: (0..<128).map { _ in UInt8.random(in: 0...255, using: &generator) },
            unixTimeNanoseconds: Host.unixTimeNanoseconds,
            machineID: identifier,
            hostname: "session-" + suffix.joined()
        )
    }
}
