package import Domain
package import MicroVM
internal import Synchronization
internal import Wire

/// A hypervisor without machines: each guest follows the script that its code is.
///
/// The words: `set NAME VALUE`, `get NAME`, `hang`, `deaf` (hangs and takes no notice of interrupts),
/// `crash`, `flood COUNT`, `drizzle COUNT` (events of one byte), `foreign` (an event of another execution),
/// `chatter` (frames that belong to nothing), `hold NAME` (runs until the test releases it), `speak NAME` (the
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
        var missingTemplates: Set<PoolName> = []
        var brokenTemplates: Set<PoolName> = []
        var firstInputs: [ExecutionInput] = []
        var terminalSteps: [(number: UInt64, step: TerminalStep)] = []
    }

    private let state = Mutex(State())
    let templates = Mutex(Templates())

    /// Makes a hypervisor that has made nothing yet.
    package init() {}

    /// All code that guests were given, in the order of arrival.
    package var orders: [String] { state.withLock { $0.orders } }

    /// What guests were told about terminals, in order.
    package var terminalSteps: [(number: UInt64, step: TerminalStep)] {
        state.withLock { $0.terminalSteps }
    }

    func note(_ step: TerminalStep, of number: UInt64) {
        state.withLock { $0.terminalSteps.append((number, step)) }
    }

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

    func note(_ order: RunOrder) {
        state.withLock { state in
            if order.execution > 0 {
                state.orders.append(order.input.text)
            } else {
                state.firstInputs.append(order.input)
            }
        }
    }

    /// What machines that wait for a session were given to become warm, in the order of arrival.
    package var firstInputs: [ExecutionInput] { state.withLock { $0.firstInputs } }

    /// Says which pools have no template yet, so that whoever prepares one of them waits.
    ///
    /// - Parameter pools: the pools.
    package func setMissingTemplates(_ pools: Set<PoolName>) {
        state.withLock { $0.missingTemplates = pools }
    }

    /// Says of which pools no template can be made.
    ///
    /// - Parameter pools: the pools.
    package func setBrokenTemplates(_ pools: Set<PoolName>) { state.withLock { $0.brokenTemplates = pools } }

    package func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure) {
        while state.withLock({ $0.missingTemplates.contains(pool.name) }) {
            guard !Task.isCancelled else { break }
            try? await Task.sleep(for: .milliseconds(5))
        }
        if state.withLock({ $0.brokenTemplates.contains(pool.name) }) {
            throw Failure(.sandboxFailed, "The script says so.")
        }
    }

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
