internal import Domain
internal import MicroVM
internal import Transport
internal import Wire

/// A machine that answers each execution at once, without running it.
struct NoOpMachine: Machine {
    let timings = StageTimings()
    let processIdentifier: Int32 = 0
    let frames: GuestFrames
    private let said: NoOpFrames

    init() {
        let said = NoOpFrames()
        self.said = said
        frames = GuestFrames { await said.next() }
    }

    func send(_ frame: HostFrame, deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        switch frame {
        case .run(let order):
            await said.add(Self.events(of: order).map { .event(execution: order.execution, $0) })
        case .warmUp: await said.add([.warmed])
        case .file(let number, _): await said.add([.file(number: number, .trouble(.notPermitted))])
        case .terminal(let number, .open): await said.add([.terminal(number: number, .notOpened)])
        // Executions have ended before anyone could interrupt them.
        case .prepare, .interrupt, .terminal: break
        }
    }

    func takeConsole() async -> String { "" }

    func exitReason() async -> MachineExit {
        MachineExit(
            cause: MicroVMError(.machineDied, "A no-op sandbox has no machine."),
            process: ProcessEnd(exitCode: 0, signal: nil, diagnostics: ""),
            console: ""
        )
    }

    private static func events(of order: RunOrder) -> [ExecutionEvent] {
        let output = Array(NoOpAnswer.output(for: order.input).utf8.prefix(order.outputBytes))
        let outcome = Outcome(
            status: .succeeded,
            errorName: "",
            errorMessage: "",
            duration: .zero,
            exitCode: order.input.isCommand ? 0 : nil
        )
        return [.standardOutput(output), .ended(outcome)]
    }
}

/// What a machine has said, for one taker after the other; a taker that is cancelled takes nothing with it.
private actor NoOpFrames {
    private var frames: [GuestFrame] = []
    private var taken = 0
    private var waiter: Wakeup?

    func add(_ said: [GuestFrame]) {
        frames += said
        waiter?.fire()
    }

    func next() async -> GuestFrame? {
        while taken == frames.count {
            if Task.isCancelled { return nil }
            let said = Wakeup()
            waiter = said
            await said.wait()
        }
        defer {
            taken += 1
            if taken == frames.count { (frames, taken) = ([], 0) }
        }
        return frames[taken]
    }
}
