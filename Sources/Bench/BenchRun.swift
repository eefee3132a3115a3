internal import Client

/// One measurement from the making of its sessions to their end.
package actor BenchRun {
    /// What a measurement has brought.
    package struct Outcome: Sendable {
        /// All that was measured; at the knee, when one was looked for.
        package let recording: Recording
        /// What the local processes took; nil when there are none.
        package let resources: ResourceSeries?
        /// How the knee was found; nil when it was not looked for.
        package let knee: KneeFinding?
        /// Whether the measurement was broken off.
        package let wasInterrupted: Bool
    }

    private let options: BenchOptions
    private let target: BenchTarget
    private let scenario: any Scenario
    private let probe: ResourceProbe?
    private var recorder = Recorder()
    private var phase = Phase.preparing
    private var nextNumber = 0
    private var began: ContinuousClock.Instant?

    /// Plans a measurement; nothing is asked of the cluster yet.
    ///
    /// - Parameters:
    ///   - options: what is measured.
    ///   - target: the pool that is measured.
    ///   - probe: looks at the local processes; nil when there are none.
    package init(_ options: BenchOptions, target: BenchTarget, probe: ResourceProbe?) {
        self.options = options
        self.target = target
        self.probe = probe
        scenario = options.scenario.scenario(of: target, options)
    }

    /// Makes what the measurement needs, measures, and ends all sessions of the run.
    ///
    /// - Parameters:
    ///   - prepared: called between making and measuring; what it throws ends the run.
    ///   - stopped: returns when the measurement is to be broken off; it is cancelled in the end.
    /// - Returns: what was measured until then.
    /// - Throws: why it could not be measured.
    package func run(
        whenPrepared prepared: @escaping @Sendable () async throws -> Void = {},
        until stopped: @escaping @Sendable () async -> Void
    ) async throws -> Outcome {
        let (worked, wasInterrupted) = await withTaskGroup(of: Worked?.self) { group in
            group.addTask { await self.work(prepared) }
            group.addTask {
                await stopped()
                return nil
            }
            var worked = await group.next() ?? nil
            let wasInterrupted = worked == nil
            group.cancelAll()
            while worked == nil, let next = await group.next() { worked = next }
            return (worked, wasInterrupted)
        }
        phase = .tidying
        await target.stopAll()
        if let error = worked?.error, !wasInterrupted { throw error }
        return Outcome(
            recording: await recorder.current,
            resources: worked?.resources,
            knee: worked?.knee,
            wasInterrupted: wasInterrupted
        )
    }

    private struct Worked: Sendable {
        var error: (any Error)?
        var resources: ResourceSeries?
        var knee: KneeFinding?
    }

    private func work(_ prepared: @Sendable () async throws -> Void) async -> Worked {
        do {
            try await scenario.prepare()
            try await prepared()
        } catch {
            return Worked(error: error)
        }
        return await withTaskGroup(of: ResourceSeries?.self) { group in
            if let probe { group.addTask { await probe.run() } }
            let finding = await load()
            group.cancelAll()
            return Worked(resources: await group.next() ?? nil, knee: finding)
        }
    }

    /// How far it is.
    package var progress: Progress {
        get async {
            Progress(
                phase: phase,
                glance: await recorder.glance,
                elapsed: began.map { .now - $0 } ?? .zero,
                limit: options.plan.limit
            )
        }
    }

    private func load() async -> KneeFinding? {
        guard let knee = options.knee else {
            await load(options.plan)
            return nil
        }
        let bounds = KneeSearch.Bounds(p99Milliseconds: knee.p99Milliseconds, failedShare: knee.failedShare)
        var search = KneeSearch(bounds, from: knee.firstRate)
        var best: Recorder?
        while let rate = search.next {
            var plan = options.plan
            plan.pace = .rate(rate)
            await load(plan)
            if Task.isCancelled { break }
            let found = await recorder.current
            search.took(
                rate,
                reachedRate: found.rate,
                p99Milliseconds: found.latency.milliseconds(at: 99),
                failedShare: found.failedShare
            )
            if search.knee == rate { best = recorder }
        }
        if let best { recorder = best }
        return KneeFinding(search, bounds)
    }

    private func load(_ plan: LoadPlan) async {
        recorder = Recorder()
        if case .rate(let rate) = plan.pace, options.knee != nil {
            phase = .step(rate)
        } else {
            phase = .measuring
        }
        began = .now + plan.warmUp
        // A name that an earlier load has used, say of an execution, would be answered with what that one did.
        nextNumber = await LoadRun(
            plan: plan,
            scenario: scenario,
            recorder: recorder,
            firstNumber: nextNumber
        )
        .run()
    }
}

extension BenchRun {
    /// What a measurement is about to do.
    package enum Phase: Hashable, Sendable {
        /// Sessions are made.
        case preparing
        /// Operations are measured, or not yet as long as it warms up.
        case measuring
        /// A rate is tried, in operations a second.
        case step(Double)
        /// Sessions are ended.
        case tidying
    }

    /// How far a measurement is.
    package struct Progress: Sendable {
        /// What it is about to do.
        package let phase: Phase
        /// What it has measured.
        package let glance: Glance
        /// How long it has measured; below zero while it warms up.
        package let elapsed: Duration
        /// When it ends.
        package let limit: LoadPlan.Limit
    }
}
