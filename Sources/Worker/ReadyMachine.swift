internal import Domain
internal import Lifecycle
internal import MicroVM
internal import Transport
internal import Wire

/// A machine that was made ahead of any client and waits for a session.
final class ReadyMachine: Sendable {
    /// The longest that the first execution may take; then the machine is given up.
    private static let warmUpTimeout: Duration = .seconds(20)
    /// The number of the first execution on the guest channel; a session's own begin at 1.
    private static let warmUpNumber: UInt64 = 0

    /// The machine's pool.
    let pool: PoolConfiguration
    private let checkInterval: Duration
    private let decisions: AsyncStream<Void>
    private let decided: AsyncStream<Void>.Continuation

    /// Makes the place for a machine.
    ///
    /// - Parameters:
    ///   - pool: the machine's pool.
    ///   - checkInterval: how long it waits between two checks that it still answers.
    init(pool: PoolConfiguration, checkInterval: Duration) {
        self.pool = pool
        self.checkInterval = checkInterval
        (decisions, decided) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Says that the machine was claimed or given up; which of both, ``ReadyMachines`` knows.
    func decide() { decided.finish() }

    /// Has a real execution answered and then the runtime warmed, which takes away its traces, so that
    /// the translated code of agent and runtime is there when a session comes.
    ///
    /// - Parameter machine: the machine.
    /// - Returns: whether the guest answered as it should.
    func warmUp(_ machine: any Machine) async -> Bool {
        let deadline = ContinuousClock.now + Self.warmUpTimeout
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.answersAsItShould(machine, by: deadline) }
            group.addTask {
                try? await AlarmClock.shared.sleep(until: deadline)
                return false
            }
            let isWarm = await group.next() ?? false
            group.cancelAll()
            return isWarm
        }
    }

    /// What the first execution runs: what the sessions of the pool will run, in its shortest form.
    private var firstInput: ExecutionInput {
        switch pool.runtime {
        case .shell: ExecutionInput(.shellCommand("true"))
        case .node: .code("1", runtime: .node)
        default: .code("print(1)\n1", runtime: pool.runtime)
        }
    }

    private func answersAsItShould(_ machine: any Machine, by deadline: ContinuousClock.Instant) async -> Bool
    {
        let order = RunOrder(
            execution: Self.warmUpNumber,
            input: firstInput,
            outputBytes: 64,
            resultBytes: 64,
            images: 0
        )
        guard (try? await machine.send(.run(order), deadline: deadline)) != nil else { return false }
        for await frame in machine.frames {
            switch frame {
            case .event(Self.warmUpNumber, .ended(let outcome)):
                guard outcome.status == .succeeded,
                    (try? await machine.send(.warmUp(pool.runtime), deadline: deadline)) != nil
                else { return false }
            case .warmed: return true
            default: continue
            }
        }
        return false
    }

    /// Waits until the machine is claimed or given up, and sees to it that it goes on answering.
    ///
    /// Each check also uses what a session will use, so that a host short of memory takes other pages.
    ///
    /// - Parameter machine: the machine.
    /// - Returns: whether it lived as long as that; false also when the worker ends.
    func waitForDecision(_ machine: any Machine) async -> Bool {
        let answers = AnswerCount()
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in self.decisions {}
                return !Task.isCancelled
            }
            group.addTask {
                // Nobody runs anything here: the end of the frames is the end of the machine.
                for await frame in machine.frames where frame == .warmed { await answers.add() }
                return false
            }
            group.addTask {
                await self.checkAgainAndAgain(machine, answers)
                return false
            }
            let isAlive = await group.next() ?? false
            group.cancelAll()
            return isAlive
        }
    }

    /// Has the machine warmed again from time to time; returns when a check was not answered before the next.
    private func checkAgainAndAgain(_ machine: any Machine, _ answers: AnswerCount) async {
        var checks = 0
        while (try? await AlarmClock.shared.sleep(until: .now + checkInterval)) != nil,
            await answers.count == checks
        {
            let deadline = ContinuousClock.now + Self.warmUpTimeout
            guard (try? await machine.send(.warmUp(pool.runtime), deadline: deadline)) != nil else { return }
            checks += 1
        }
    }
}

/// How many checks a machine has answered.
private actor AnswerCount {
    private(set) var count = 0

    func add() { count += 1 }
}
