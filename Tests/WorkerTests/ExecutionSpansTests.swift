import Domain
import Telemetry
import Testing

@testable import Worker

@Suite("Spans of an execution")
struct ExecutionSpansTests {
    private let runStarted = ContinuousClock.now
    private let origin = RequestOrigin(
        trace: TraceContext(traceHigh: 1, traceLow: 2, span: 100, isSampled: true),
        account: "key-1"
    )

    private func spans(_ durations: [(Stage, Int)], ran: Int) throws -> [String: Span] {
        var timings = StageTimings()
        for (stage, milliseconds) in durations { timings[stage] = .milliseconds(milliseconds) }
        let execution = ExecutionSpans(
            origin: origin,
            execution: try ExecutionID("run-1"),
            pool: try PoolName("python"),
            timings: timings,
            runStarted: runStarted,
            ended: runStarted + .milliseconds(ran)
        )
        var last: UInt64 = 0
        let spans = execution.spans {
            last += 1
            return last
        }
        return Dictionary(uniqueKeysWithValues: spans.map { ($0.name, $0) })
    }

    private func times(_ span: Span?) -> [Int]? {
        span.map { span in
            [span.start, span.end].map { Int((runStarted.duration(to: $0) / .milliseconds(1)).rounded()) }
        }
    }

    @Test("The stages of a first execution lie in each other as they happened")
    func first() throws {
        let spans = try spans(
            [
                (.queue, 100), (.allocate, 90), (.spawn, 20), (.load, 10), (.reseed, 40), (.run, 50),
                (.guest, 30),
            ],
            ran: 50
        )
        #expect(times(spans["sandbox"]) == [-100, 50])
        #expect(times(spans["queue"]) == [-100, 0])
        #expect(times(spans["allocate"]) == [-100, -10])
        #expect(times(spans["reseed"]) == [-50, -10])
        #expect(times(spans["load"]) == [-60, -50])
        #expect(times(spans["spawn"]) == [-80, -60])
        #expect(times(spans["run"]) == [0, 50])
        #expect(times(spans["guest"]) == [10, 40])
        #expect(spans["sandbox"]?.parent == 100)
        #expect(spans["run"]?.parent == spans["sandbox"]?.place.span)
        #expect(spans["guest"]?.parent == spans["run"]?.place.span)
        #expect(Set(spans.values.map(\.place.span)).count == spans.count)
    }

    @Test("A guest that claims to have taken longer than its run is not believed")
    func boastful() throws {
        let spans = try spans([(.queue, 1), (.run, 50), (.guest, 5_000)], ran: 50)
        #expect(times(spans["guest"]) == [0, 50])
        #expect(spans["allocate"] == nil)
    }
}
