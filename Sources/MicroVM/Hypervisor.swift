package import Domain
package import Wire

/// What makes machines; the seam that the worker uses.
package protocol Hypervisor: Sendable {
    /// Whether its machines run nothing and answer all the same, which operators have to see.
    var hasNoOpSandboxes: Bool { get }

    /// Makes or loads the template of a pool.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - progress: told of each step, for the log.
    /// - Throws: `sandboxFailed` or `internalError`; the details go to `progress`.
    func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure)

    /// Lets templates that are not here be copied from elsewhere from now on, if that works.
    ///
    /// - Parameter source: where they come from.
    func copyTemplates(from source: any TemplateSource) async

    /// Reads a piece of a template that is here, for another worker.
    ///
    /// - Parameter name: which piece.
    /// - Returns: the piece.
    /// - Throws: `templateUnusable` when it is not here.
    func piece(_ name: TemplatePieceName) async throws(MicroVMError) -> [UInt8]

    /// What the sandboxes of a runtime have installed.
    ///
    /// - Parameter runtime: the runtime.
    /// - Returns: the description, as the guest image tells it.
    /// - Throws: `imageUnusable` when the image does not tell.
    func image(of runtime: Runtime) async throws(MicroVMError) -> ImageDescription

    /// What is to be measured of it now.
    ///
    /// - Returns: the facts.
    func facts() async -> HypervisorFacts

    /// Keeps starts ahead of claims until the task is cancelled; without it, machines start more slowly.
    ///
    /// When it returns, the machines that came from such starts end.
    ///
    /// - Parameter trouble: told, in a sentence for the log, why one could not be started ahead.
    func run(trouble: @escaping @Sendable (String) -> Void) async

    /// Runs `body` with a machine cloned from the pool's template.
    ///
    /// When this returns, the machine, its process and its files are gone.
    ///
    /// - Parameters:
    ///   - pool: the pool; it was prepared before.
    ///   - urgency: whether a client waits for the machine.
    ///   - body: uses the machine, and may not let it escape.
    /// - Returns: what `body` returned.
    /// - Throws: a `MicroVMError` when the machine could not be made, or what `body` threw.
    func withMachine<Value: Sendable>(
        for pool: PoolConfiguration,
        urgency: StartUrgency,
        _ body: @Sendable (any Machine) async throws -> Value
    ) async throws -> Value
}

extension Hypervisor {
    /// Nothing, unless a hypervisor says otherwise.
    ///
    /// - Returns: no facts.
    package func facts() async -> HypervisorFacts { HypervisorFacts() }

    /// Runs what it is given, unless a hypervisor says otherwise.
    package var hasNoOpSandboxes: Bool { false }

    /// Copies nothing, unless a hypervisor says otherwise.
    ///
    /// - Parameter source: where templates come from.
    package func copyTemplates(from source: any TemplateSource) async {}

    /// Has nothing to copy, unless a hypervisor says otherwise.
    ///
    /// - Parameter name: which piece.
    /// - Returns: never.
    /// - Throws: `templateUnusable`.
    package func piece(_ name: TemplatePieceName) async throws(MicroVMError) -> [UInt8] {
        throw MicroVMError(.templateUnusable, "There are no templates here.")
    }

    /// Runs `body` with a machine for which a client waits.
    ///
    /// - Parameters:
    ///   - pool: the pool; it was prepared before.
    ///   - body: uses the machine, and may not let it escape.
    /// - Returns: what `body` returned.
    /// - Throws: a `MicroVMError` when the machine could not be made, or what `body` threw.
    package func withMachine<Value: Sendable>(
        for pool: PoolConfiguration,
        _ body: @Sendable (any Machine) async throws -> Value
    ) async throws -> Value {
        try await withMachine(for: pool, urgency: .claim, body)
    }
}

/// How much a start matters.
package enum StartUrgency: Hashable, Sendable {
    /// A client waits for the machine.
    case claim
    /// The machine is made ahead of any client; it starts when no client waits.
    case refill
}

/// A machine that serves.
package protocol Machine: Sendable {
    /// What the guest's agent says; ends when the machine has died.
    ///
    /// Bounded: while nobody takes frames, the guest's port is not read. One task takes them.
    var frames: GuestFrames { get }

    /// Tells the guest's agent something.
    ///
    /// - Parameters:
    ///   - frame: what to tell.
    ///   - deadline: when to give up.
    /// - Throws: `deadlineExceeded`, `guestBacklog`, or why the machine ended.
    func send(_ frame: HostFrame, deadline: ContinuousClock.Instant) async throws(MicroVMError)

    /// How long spawn, load and reseed took.
    var timings: StageTimings { get }

    /// QEMU's process number, on the host.
    var processIdentifier: Int32 { get }

    /// Takes what the guest has written to its console since this was asked last.
    ///
    /// - Returns: the end of it, ``MachineShape/consoleBytes`` at most; empty when QEMU does not answer.
    func takeConsole() async -> String

    /// Waits for the end of the machine and says why it ended.
    ///
    /// - Returns: cause, exit status, and the end of the console where it could be read.
    func exitReason() async -> MachineExit
}

/// What a guest's agent says, in order.
package struct GuestFrames: AsyncSequence, Sendable {
    /// Takes the next frame.
    package typealias Source = @Sendable () async -> GuestFrame?

    private let source: Source

    /// Makes a sequence.
    ///
    /// - Parameter source: gives the next frame, nil at the end or when the task is cancelled.
    package init(_ source: @escaping Source) { self.source = source }

    /// Takes frames one after the other.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: Source

        package mutating func next() async -> GuestFrame? { await source() }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> GuestFrame? {
            await source()
        }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(source: source) }
}

extension MicroVMError {
    /// The error as it may be told to a client: without paths and without QEMU's words.
    package var failure: Failure {
        switch code {
        case .deadlineExceeded:
            Failure(.sandboxFailed, "The sandbox did not start in time.", retryAfterSeconds: 1)
        case .invalidConfiguration, .imageUnusable, .notPrepared:
            Failure(.internalError, "The worker is not set up to make this sandbox.")
        case .cancelled: Failure(.sandboxFailed, "The sandbox was given up before it had started.")
        default: Failure(.sandboxFailed, "The sandbox could not be started.", retryAfterSeconds: 1)
        }
    }
}
