/// Makes load by a plan and has everything recorded.
struct LoadRun: Sendable {
    let plan: LoadPlan
    let scenario: any Scenario
    let recorder: Recorder
    /// The number of the first operation.
    let firstNumber: Int

    /// Runs to the plan's end, or until the task is cancelled; what is under way then does not count.
    ///
    /// - Returns: the number after the last operation's.
    func run() async -> Int {
        let start = ContinuousClock.now
        let arrivals = Arrivals(plan, firstNumber: firstNumber)
        let executors = scenario.executors
        await withDiscardingTaskGroup { group in
            for lane in 0..<plan.lanes {
                let executor = executors.isEmpty ? nil : executors[lane % executors.count]
                group.addTask(executorPreference: executor) { await work(lane, arrivals, since: start) }
            }
        }
        await recorder.abandon(arrivals.abandoned)
        return await arrivals.nextNumber
    }

    private func work(_ lane: Int, _ arrivals: Arrivals, since start: ContinuousClock.Instant) async {
        while let turn = await arrivals.next(lane: lane, at: .now - start) {
            if turn.intended > .now - start {
                do { try await Task.sleep(until: start + turn.intended) } catch { return }
            }
            let begun = ContinuousClock.now - start
            // A client of a closed loop has nobody who waits while it pauses.
            let intended = if case .clients = plan.pace { begun } else { turn.intended }
            let result: Result<Observation, BenchFailure>
            do {
                result = .success(try await scenario.perform(turn))
            } catch {
                result = .failure(BenchFailure(error))
            }
            let ended = ContinuousClock.now - start
            await scenario.tidy(turn)
            // What an interruption has broken off says nothing about the server.
            if Task.isCancelled { return }
            guard turn.isMeasured else { continue }
            await recorder.add(
                Sample(
                    intended: intended - plan.warmUp,
                    begun: begun - plan.warmUp,
                    ended: ended - plan.warmUp,
                    result: result
                )
            )
        }
    }
}

/// Hands out the operations of a load, each once.
private actor Arrivals {
    private var schedule: Schedule

    init(_ plan: LoadPlan, firstNumber: Int) { schedule = Schedule(plan, firstNumber: firstNumber) }

    var abandoned: Int { schedule.abandoned }
    var nextNumber: Int { schedule.nextNumber }

    func next(lane: Int, at elapsed: Duration) -> Schedule.Turn? { schedule.next(lane: lane, at: elapsed) }
}
