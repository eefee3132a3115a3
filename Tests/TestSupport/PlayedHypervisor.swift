package import Domain
package import MicroVM
internal import Synchronization
internal import Wire

/// A hypervisor without machines: each guest follows the script that its code is.
///
/// The words: `set NAME VALUE`, `get NAME`, `hang`, `deaf` (hangs and takes no notice of interrupts),
/// `crash`, `flood COUNT`, `foreign` (an event of another execution), anything else prints itself.
package final class PlayedHypervisor: Hypervisor {
    private struct State {
        var orders: [String] = []
        var live = 0
        var made = 0
        var failsToStart = false
    }

    private let state = Mutex(State())

    /// Makes a hypervisor that has made nothing yet.
    package init() {}

    /// All code that guests were given, in the order of arrival.
    package var orders: [String] { state.withLock { $0.orders } }

    /// How many machines there are now.
    package var liveMachines: Int { state.withLock { $0.live } }

    /// How many machines were made in all.
    package var madeMachines: Int { state.withLock { $0.made } }

    /// Whether machines cannot be made any more.
    ///
    /// - Parameter fails: whether they cannot.
    package func setFailsToStart(_ fails: Bool) { state.withLock { $0.failsToStart = fails } }

    package func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure) {}

    package func withMachine<Value: Sendable>(
        for pool: PoolConfiguration,
        urgency: StartUrgency,
        _ body: @Sendable (any Machine) async throws -> Value
    ) async throws -> Value {
        let fails = state.withLock { state in
            state.live += state.failsToStart ? 0 : 1
            state.made += state.failsToStart ? 0 : 1
            return state.failsToStart
        }
        if fails { throw MicroVMError(.launchFailed, "The script says so.") }
        defer { state.withLock { $0.live -= 1 } }
        return try await body(PlayedMachine { code in self.state.withLock { $0.orders.append(code) } })
    }
}

/// A machine whose guest follows scripts.
final class PlayedMachine: Machine {
    private struct Guest {
        var variables: [String: String] = [:]
        var running: UInt64?
        var isDeaf = false
    }

    let timings = StageTimings()
    let processIdentifier: Int32 = 0
    let frames: GuestFrames
    private let output = FrameQueue()
    private let guest = Mutex(Guest())
    private let note: @Sendable (String) -> Void

    init(note: @escaping @Sendable (String) -> Void) {
        self.note = note
        frames = GuestFrames { [output] in await output.next() }
    }

    func exitReason() async -> MachineExit {
        preconditionFailure("The nodes do not ask played machines why they ended.")
    }

    func send(_ frame: HostFrame, deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        switch frame {
        case .run(let order):
            if order.execution > 0 { note(order.code) }
            await run(order)
        case .interrupt(let execution, _): await interrupt(execution)
        case .warmUp, .prepare: break
        }
    }

    private func run(_ order: RunOrder) async {
        let words = order.code.split(separator: " ").map(String.init)
        switch words.first {
        case "hang": guest.withLock { $0.running = order.execution }
        case "deaf":
            guest.withLock {
                $0.running = order.execution
                $0.isDeaf = true
            }
        case "crash": await output.end()
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
        default: await finish(order) { _ in order.code }
        }
    }

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
        let stops = guest.withLock { guest in
            guard guest.running == execution, !guest.isDeaf else { return false }
            guest.running = nil
            return true
        }
        guard stops else { return }
        await output.put(.event(execution: execution, .ended(Outcome(status: .cancelled, duration: .zero))))
    }
}

/// What the guest says, for one taker after the other; a taker that is cancelled takes nothing with it.
private actor FrameQueue {
    private var frames: [GuestFrame] = []
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
        while frames.isEmpty {
            if hasEnded || Task.isCancelled { return nil }
            let (change, continuation) = AsyncStream.makeStream(of: Void.self)
            waiter = continuation
            for await _ in change {}
        }
        return frames.removeFirst()
    }
}
