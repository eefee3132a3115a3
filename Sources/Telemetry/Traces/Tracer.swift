internal import Domain
internal import Glibc
internal import Synchronization

/// Gathers the spans of a process until they are sent; their number is bounded, and what is over is counted.
///
/// Where nobody wants traces there is no tracer, and nothing is done for them.
package final class Tracer: Sendable {
    private struct State {
        var waiting: [Span] = []
        var dropped = 0
        var recorded = 0
    }

    /// From so many on they are sent without waiting for more.
    package static let batchMax = 512

    /// Told when a batch is full.
    package let batches: AsyncStream<Void>
    private let batchIsFull: AsyncStream<Void>.Continuation
    private let samplePercent: Int
    private let waitingMax: Int
    private let state = Mutex(State())
    /// A moment by both clocks: spans are measured with one and told with the other.
    private let beginning = ContinuousClock.now
    private let beginningNanoseconds: Int64

    /// Makes a tracer.
    ///
    /// - Parameters:
    ///   - samplePercent: of how many traces in a hundred spans are recorded, where nobody has decided before.
    ///   - waitingMax: how many spans wait to be sent at most.
    package init(samplePercent: Int = 100, waitingMax: Int = 4_096) {
        self.samplePercent = samplePercent
        self.waitingMax = waitingMax
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        beginningNanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        (batches, batchIsFull) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether a trace that begins here is recorded.
    package func samples() -> Bool { samplePercent >= 100 || Int.random(in: 0..<100) < samplePercent }

    /// Draws the number of a span.
    ///
    /// - Returns: a number other than 0.
    package func spanNumber() -> UInt64 { UInt64.random(in: 1...UInt64.max) }

    /// Takes a span, unless its trace is not recorded or too many wait.
    ///
    /// - Parameter span: a span that is over.
    package func record(_ span: Span) {
        guard span.place.isSampled else { return }
        let isFull = state.withLock { state in
            guard state.waiting.count < waitingMax else {
                state.dropped += 1
                return false
            }
            state.waiting.append(span)
            state.recorded += 1
            return state.waiting.count == Self.batchMax
        }
        if isFull { batchIsFull.yield() }
    }

    /// Takes spans out to be sent.
    ///
    /// - Returns: the oldest, ``batchMax`` at most.
    package func takeBatch() -> [Span] {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.batchMax))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// Counts spans that were taken out and could not be sent.
    ///
    /// - Parameter count: how many.
    package func lost(_ count: Int) { state.withLock { $0.dropped += count } }

    /// A moment as OTLP has it: nanoseconds since 1970.
    func nanoseconds(of instant: ContinuousClock.Instant) -> Int64 {
        let parts = beginning.duration(to: instant).components
        return beginningNanoseconds + parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
    }

    /// How many spans were recorded, and how many did not get where they should.
    ///
    /// - Returns: the metrics.
    package func measured() -> [MetricFamily] {
        let (recorded, dropped) = state.withLock { ($0.recorded, $0.dropped) }
        return [
            MetricFamily(
                "cloister_spans_total",
                "Spans that were recorded.",
                .counter,
                value: Double(recorded)
            ),
            MetricFamily(
                "cloister_spans_dropped_total",
                "Spans that were not sent: too many waited, or nobody took them.",
                .counter,
                value: Double(dropped)
            ),
        ]
    }
}
