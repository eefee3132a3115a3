internal import Domain
internal import Telemetry

/// The parts of an execution in its sandbox, as spans.
///
/// Stages are measured as durations; they are laid out in the order in which they come.
struct ExecutionSpans {
    /// The request that the execution is a part of.
    let origin: RequestOrigin
    /// The execution.
    let execution: ExecutionID
    /// Its pool.
    let pool: PoolName
    /// How long the stages took.
    let timings: StageTimings
    /// When it was given to the guest.
    let runStarted: ContinuousClock.Instant
    /// When its end arrived.
    let ended: ContinuousClock.Instant

    /// Lays the spans out.
    ///
    /// - Parameter number: draws the number of a span.
    /// - Returns: the sandbox's span and those within it.
    func spans(_ number: () -> UInt64) -> [Span] {
        let begun = runStarted - (timings[.queue] ?? .zero)
        let sandbox = origin.trace.below(number())
        func part(
            _ stage: Stage,
            below parent: TraceContext,
            _ from: ContinuousClock.Instant,
            _ to: ContinuousClock.Instant
        ) -> Span {
            Span(stage.name, .within, at: parent.below(number()), below: parent.span, from: from, to: to)
        }
        var spans = [
            Span("sandbox", .within, at: sandbox, below: origin.trace.span, from: begun, to: ended)
                .with("cloister.execution", .text(execution.text))
                .with("cloister.pool", .text(pool.text))
        ]
        if let queue = timings[.queue] { spans.append(part(.queue, below: sandbox, begun, begun + queue)) }
        if let allocate = timings[.allocate] {
            let span = part(.allocate, below: sandbox, begun, begun + allocate)
            spans.append(span)
            var end = begun + allocate
            // They come last: before them it waited for its turn.
            for stage in [Stage.reseed, .load, .spawn] {
                guard let duration = timings[stage] else { continue }
                spans.append(part(stage, below: span.place, end - duration, end))
                end -= duration
            }
        }
        let run = part(.run, below: sandbox, runStarted, ended)
        spans.append(run)
        if let guest = timings[.guest] {
            // The guest's clock is its own: only how long it took is known.
            let way = max(.zero, runStarted.duration(to: ended) - guest) / 2
            spans.append(
                part(.guest, below: run.place, runStarted + way, min(runStarted + way + guest, ended))
            )
        }
        return spans
    }
}
