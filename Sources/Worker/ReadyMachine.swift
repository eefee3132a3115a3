internal import Domain
internal import Lifecycle
internal import MicroVM
internal import Wire

/// A machine that was made ahead of any client and waits for a session.
final class ReadyMachine: Sendable {
    /// The longest that the first execution may take; then the machine is given up.
    private static let warmUpTimeout: Duration = .seconds(20)
    /// The number of the first execution on the guest channel; a session's own begin at 1.
    private static let warmUpNumber: UInt64 = 0

    /// The machine's pool.
    let pool: PoolConfiguration
    private let assignments: AsyncStream<Sandbox>
    private let assignment: AsyncStream<Sandbox>.Continuation

    /// Makes the place for a machine.
    ///
    /// - Parameter pool: the machine's pool.
    init(pool: PoolConfiguration) {
        self.pool = pool
        (assignments, assignment) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Gives the machine to a session; the owner of the list of ready machines does so once.
    ///
    /// - Parameter sandbox: the session's sandbox.
    func assign(_ sandbox: Sandbox) {
        assignment.yield(sandbox)
        assignment.finish()
    }

    /// Gives the machine up; it ends.
    func retire() { assignment.finish() }

    /// Runs code that leaves nothing behind, so that the translated code of agent and runtime is warm.
    ///
    /// - Parameter machine: the machine.
    /// - Returns: whether the guest answered as it should.
    func warmUp(_ machine: any Machine) async -> Bool {
        let deadline = ContinuousClock.now + Self.warmUpTimeout
        let order = RunOrder(
            execution: Self.warmUpNumber,
            code: "None",
            outputBytes: 0,
            resultBytes: 0,
            images: 0
        )
        guard (try? await machine.send(.run(order), deadline: deadline)) != nil else { return false }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await frame in machine.frames {
                    guard case .event(Self.warmUpNumber, .ended(let outcome)) = frame else { continue }
                    return outcome.status == .succeeded
                }
                return false
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return false
            }
            let isWarm = await group.next() ?? false
            group.cancelAll()
            return isWarm
        }
    }

    /// Waits for a session, for as long as the machine lives.
    ///
    /// - Parameter machine: the machine.
    /// - Returns: the session's sandbox; nil when the machine died, was given up, or the worker ends.
    func awaitAssignment(_ machine: any Machine) async -> Sandbox? {
        await withTaskGroup(of: Sandbox?.self) { group in
            group.addTask { await self.nextAssignment() }
            group.addTask {
                // Nobody runs anything here: the end of the frames is the end of the machine.
                for await _ in machine.frames {}
                return nil
            }
            let sandbox = await group.next() ?? nil
            group.cancelAll()
            return sandbox
        }
    }

    /// The session that was assigned although the machine had just died, if there is one.
    ///
    /// - Returns: the session's sandbox, which needs another machine.
    func lateAssignment() async -> Sandbox? {
        assignment.finish()
        return await nextAssignment()
    }

    private func nextAssignment() async -> Sandbox? {
        for await sandbox in assignments { return sandbox }
        return nil
    }
}
