package import Domain
package import MicroVM
internal import Synchronization
internal import Wire

/// A hypervisor without machines: each guest follows the script that its code is.
///
/// The words: `set NAME VALUE`, `get NAME`, `hang`, `deaf` (hangs and takes no notice of interrupts),
/// `crash`, `flood COUNT`, `drizzle COUNT` (events of one byte), `foreign` (an event of another execution),
/// `chatter` (frames that belong to nothing), `hold NAME` (runs until the test releases it), `say NAME` (the
/// same, but prints before), `exit CODE` (a process that ended so), `stuck` (takes no orders), `trouble`,
/// anything else prints itself.
package final class PlayedHypervisor: Hypervisor {
    private struct State {
        var orders: [String] = []
        var live = 0
        var peak = 0
        var made = 0
        var attempts = 0
        var failsToStart = false
        var answersChecks = true
        var checks = 0
        var startDelay: Duration = .zero
        var endDelay: Duration = .zero
        var held: [String: (PlayedMachine, RunOrder)] = [:]
        var machines: [PlayedMachine] = []
    }

    private let state = Mutex(State())

    /// Makes a hypervisor that has made nothing yet.
    package init() {}

    /// All code that guests were given, in the order of arrival.
    package var orders: [String] { state.withLock { $0.orders } }

    /// How many machines there are now.
    package var liveMachines: Int { state.withLock { $0.live } }

    /// The most machines that there were at the same time.
    package var peakMachines: Int { state.withLock { $0.peak } }

    /// How many machines were asked for in all, made or not.
    package var attempts: Int { state.withLock { $0.attempts } }

    /// How many machines were made in all.
    package var madeMachines: Int { state.withLock { $0.made } }

    /// Whether machines cannot be made any more.
    ///
    /// - Parameter fails: whether they cannot.
    package func setFailsToStart(_ fails: Bool) { state.withLock { $0.failsToStart = fails } }

    /// Whether machines that wait go on answering.
    ///
    /// - Parameter answers: whether they do.
    package func setAnswersChecks(_ answers: Bool) { state.withLock { $0.answersChecks = answers } }

    /// How often machines that waited have answered.
    package var checks: Int { state.withLock { $0.checks } }

    /// What the played guest image has installed; it does not tell it of the shell.
    ///
    /// - Parameter runtime: the runtime.
    /// - Returns: the description.
    package static func image(of runtime: Runtime) -> ImageDescription {
        ImageDescription(
            runtimes: [.init(name: runtime.name, version: "1.0")],
            packages: [.init(name: "played", version: "2.0")],
            kernel: nil,
            createdMilliseconds: 1
        )
    }

    func answersCheck() -> Bool {
        state.withLock { state in
            if state.answersChecks { state.checks += 1 }
            return state.answersChecks
        }
    }

    /// Makes machines slow.
    ///
    /// - Parameters:
    ///   - start: how long it takes to make one.
    ///   - end: how long it takes until one is gone.
    package func setDelays(start: Duration = .zero, end: Duration = .zero) {
        state.withLock { ($0.startDelay, $0.endDelay) = (start, end) }
    }

    /// Whether code waits under a name.
    ///
    /// - Parameter name: the name after `hold`.
    /// - Returns: whether it does.
    package func isHolding(_ name: String) -> Bool { state.withLock { $0.held[name] != nil } }

    /// Lets code go on that waits under a name.
    ///
    /// - Parameter name: the name after `hold`.
    package func release(_ name: String) async {
        guard let (machine, order) = state.withLock({ $0.held.removeValue(forKey: name) }) else { return }
        await machine.end(order, printing: "released \(name)")
    }

    /// Lets the machine die that was made first of those that there are.
    package func killOldest() async { await state.withLock { $0.machines.first }?.die() }

    func hold(_ order: RunOrder, under name: String, on machine: PlayedMachine) {
        state.withLock { $0.held[name] = (machine, order) }
    }

    func note(_ code: String) { state.withLock { $0.orders.append(code) } }

    package func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure) {}

    package func image(of runtime: Runtime) async throws(MicroVMError) -> ImageDescription {
        guard runtime != .shell else { throw MicroVMError(.imageUnusable, "The script says so.") }
        return Self.image(of: runtime)
    }

    package func run(trouble: @escaping @Sendable (String) -> Void) async {}

    package func withMachine<Value: Sendable>(
        for pool: PoolConfiguration,
        urgency: StartUrgency,
        _ body: @Sendable (any Machine) async throws -> Value
    ) async throws -> Value {
        let (fails, startDelay) = state.withLock { state in
            state.attempts += 1
            return (state.failsToStart, state.startDelay)
        }
        if startDelay > .zero { try await Task.sleep(for: startDelay) }
        if fails { throw MicroVMError(.launchFailed, "The script says so.") }
        state.withLock { state in
            state.live += 1
            state.made += 1
            state.peak = max(state.peak, state.live)
        }
        let machine = PlayedMachine(of: self)
        state.withLock { $0.machines.append(machine) }
        let result: Result<Value, any Error>
        do { result = .success(try await body(machine)) } catch { result = .failure(error) }
        await Self.rest(for: state.withLock { $0.endDelay })
        state.withLock { state in
            state.live -= 1
            state.machines.removeAll { $0 === machine }
        }
        return try result.get()
    }

    /// Sleeps also when cancelled: a process does not die faster because nobody waits for it.
    private static func rest(for duration: Duration) async {
        guard duration > .zero else { return }
        await Task { try? await Task.sleep(for: duration) }.value
    }
}

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
        var panic: String?
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
            if order.execution > 0 { hypervisor.note(order.input.text) }
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
        case "say":
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
