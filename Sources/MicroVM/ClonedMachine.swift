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

    func exitReason() async -> MachineExit { await process.exitReport() }

    /// Loads the template's state into a process, lets it go on and makes it unlike its twins.
    ///
    /// - Parameters:
    ///   - process: a QEMU that waits for a state.
    ///   - start: when its launch began.
    ///   - deadline: when it has to have acknowledged its new identity; else it must not serve.
    /// - Throws: why it did not.
    init(
        continuing process: QEMUProcess,
        startedAt start: ContinuousClock.Instant,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) {
        var timings = StageTimings()
        let spawned = ContinuousClock.now
        timings[.spawn] = spawned - start
        try await Self.load(process, by: deadline)
        let loaded = ContinuousClock.now
        timings[.load] = loaded - spawned
        try await process.guest.send(.prepare(Self.freshPreparation()), by: deadline)
        try await process.awaitFrame(.prepared, by: deadline)
        timings[.reseed] = .now - loaded
        self.process = process
        self.timings = timings
    }

    private static func load(
        _ process: QEMUProcess,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) {
        try await process.monitor.execute(
            "migrate-set-capabilities",
            [
                "capabilities": [
                    ["capability": "x-ignore-shared", "state": true],
                    ["capability": "events", "state": true],
                ]
            ],
            by: deadline
        )
        try await process.monitor.execute(
            "migrate-incoming",
            ["uri": .text("fd:\(InheritedDescriptor.state)")],
            by: deadline
        )
        try await process.loaded.value(by: deadline, "The loading of the template")
        try await process.monitor.execute("cont", by: deadline)
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
