internal import Domain
internal import MicroVM
internal import Synchronization
internal import Wire

/// A machine whose guest follows scripts.
final class PlayedMachine: Machine {
    private struct Guest {
        var variables: [String: String] = [:]
        var running: UInt64?
        /// What an interrupted process would end with; code has none.
        var exitCode: Int?
        var isDeaf = false
        var isWarm = false
        var files = PlayedFiles()
        var terminals = PlayedTerminals()
        var panic: String?
        var console = ""
    }

    let timings = StageTimings()
    let processIdentifier: Int32 = 0
    let frames: GuestFrames
    private let output = FrameQueue()
    private let guest = Mutex(Guest())
    private let hypervisor: PlayedHypervisor

    init(of hypervisor: PlayedHypervisor) {
        self.hypervisor = hypervisor
        frames = GuestFrames { [output] in await output.next() }
    }

    func takeConsole() async -> String {
        // Once only, as with the real one.
        guest.withLock { guest in
            defer { guest.console = "" }
            return guest.console
        }
    }

    func exitReason() async -> MachineExit {
        let panic = guest.withLock { $0.panic }
        return MachineExit(
            cause: MicroVMError(panic == nil ? .machineDied : .guestEnded, "The script says so."),
            process: ProcessEnd(exitCode: nil, signal: 9, diagnostics: ""),
            console: panic ?? ""
        )
    }

    func send(_ frame: HostFrame, deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        switch frame {
        case .run(let order):
            hypervisor.note(order)
            if order.input.text == "stuck" {
                try? await Task.sleep(until: deadline, clock: .continuous)
                throw MicroVMError(.deadlineExceeded, "The script says so.")
            }
            await run(order)
        case .interrupt(let execution, _): await interrupt(execution)
        case .warmUp:
            let isFirst = guest.withLock { guest in
                defer { guest.isWarm = true }
                return !guest.isWarm
            }
            if isFirst || hypervisor.answersCheck() { await output.put(.warmed) }
        case .prepare: break
        case .file(let number, let order):
            guard let reply = guest.withLock({ $0.files.reply(to: order) }) else { return }
            await output.put(.file(number: number, reply))
        case .terminal(let number, let step):
            hypervisor.note(step, of: number)
            for report in guest.withLock({ $0.terminals.reports(on: step, of: number) }) {
                await output.put(.terminal(number: number, report))
            }
        }
    }

    private func run(_ order: RunOrder) async {
        let words = order.input.text.split(separator: " ").map(String.init)
        switch words.first {
        case "hang":
            guest.withLock { guest in
                guest.running = order.execution
                if case .shellCommand = order.input.source { guest.exitCode = 143 }
            }
        case "deaf":
            guest.withLock {
                $0.running = order.execution
                $0.isDeaf = true
            }
        case "crash": await output.end()
        case "panic":
            guest.withLock { $0.panic = words.dropFirst().joined(separator: " ") }
            await output.end()
        case "hold": hypervisor.hold(order, under: words[1], on: self)
        case "speak":
            await output.put(.event(execution: order.execution, .standardOutput(Array("said ".utf8))))
            hypervisor.hold(order, under: words[1], on: self)
        case "exit":
            let outcome = Outcome(status: .failed, duration: .zero, exitCode: Int(words[1]))
            await output.put(.event(execution: order.execution, .ended(outcome)))
        case "trouble": await output.put(.trouble("the script says so"))
        case "chatter":
            for frame in [GuestFrame.ready(protocolVersion: 9), .warmed, .prepared] {
                await output.put(frame)
            }
            for number in [0, order.execution - 1, order.execution + 1, .max] {
                await output.put(.event(execution: number, .standardError(Array("not mine".utf8))))
                await output.put(
                    .event(execution: number, .ended(Outcome(status: .failed, duration: .zero)))
                )
            }
            await finish(order) { _ in "chattered" }
        case "drizzle":
            for _ in 0..<(Int(words[1]) ?? 0) {
                await output.put(.event(execution: order.execution, .standardOutput([UInt8(ascii: ".")])))
            }
            await finish(order) { _ in "" }
        case "set":
            await finish(order) {
                $0.variables[words[1]] = words[2]; return ""
            }
        case "kernel":
            guest.withLock { $0.console += String(repeating: words[1], count: Int(words[2]) ?? 1) }
            await finish(order) { _ in "" }
        case "get": await finish(order) { $0.variables[words[1]] ?? "nothing" }
        case "flood":
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
            for _ in 0..<(Int(words[1]) ?? 0) {
                await output.put(.event(execution: order.execution, .standardOutput(chunk)))
            }
            await finish(order) { _ in "end" }
        case "foreign":
            await output.put(.event(execution: order.execution + 7, .standardOutput(Array("not mine".utf8))))
            await finish(order) { _ in "mine" }
        default: await finish(order) { _ in order.input.text }
        }
    }

    /// Dies without a word.
    func die() async { await output.end() }

    /// Ends an execution that was held.
    func end(_ order: RunOrder, printing text: String) async { await finish(order) { _ in text } }

    private func finish(_ order: RunOrder, _ text: (inout Guest) -> String) async {
        let printed = guest.withLock { text(&$0) }
        if !printed.isEmpty {
            await output.put(.event(execution: order.execution, .standardOutput(Array(printed.utf8))))
        }
        await output.put(
            .event(execution: order.execution, .ended(Outcome(status: .succeeded, duration: .zero)))
        )
    }

    private func interrupt(_ execution: UInt64) async {
        let (stops, exitCode) = guest.withLock { guest -> (Bool, Int?) in
            guard guest.running == execution, !guest.isDeaf else { return (false, nil) }
            guest.running = nil
            return (true, guest.exitCode.take())
        }
        guard stops else { return }
        let outcome = Outcome(status: .cancelled, duration: .zero, exitCode: exitCode)
        await output.put(.event(execution: execution, .ended(outcome)))
    }
}

/// What the guest says, for one taker after the other; a taker that is cancelled takes nothing with it.
private actor FrameQueue {
    private var frames: [GuestFrame] = []
    private var taken = 0
    private var hasEnded = false
    private var waiter: AsyncStream<Void>.Continuation?

    func put(_ frame: GuestFrame) {
        frames.append(frame)
        waiter?.finish()
    }

    func end() {
        hasEnded = true
        waiter?.finish()
    }

    func next() async -> GuestFrame? {
        while taken == frames.count {
            if hasEnded || Task.isCancelled { return nil }
            let (change, continuation) = AsyncStream.makeStream(of: Void.self)
            waiter = continuation
            for await _ in change {}
        }
        defer {
            taken += 1
            if taken == frames.count { (frames, taken) = ([], 0) }
        }
        return frames[taken]
    }
}
