import Foundation
import Testing

@testable import Bench

@Suite("What is recorded")
struct RecordingTests {
    @Test("A stall of an open loop shows in every operation that should have begun meanwhile")
    func coordinatedOmission() {
        // One operation in 100 ms; the server stalls for one second, and answers at once before and after.
        var open = Recording()
        var closed = Recording()
        for number in 0..<100 {
            let intended = Duration.milliseconds(100 * number)
            let begun = (10..<20).contains(number) ? Duration.seconds(2) : intended
            let ended = begun + .milliseconds(1)
            open.add(Sample(intended: intended, begun: begun, ended: ended, result: .success(Observation())))
            closed.add(Sample(intended: begun, begun: begun, ended: ended, result: .success(Observation())))
        }
        #expect(closed.latency.summary?.max == 1.0)
        #expect(open.latency.milliseconds(at: 91) >= 100, "a tenth of the operations waited")
        #expect(open.latency.summary?.max ?? 0 >= 1_000)
        #expect(open.lag.summary?.max ?? 0 >= 999, "and that they began late is told, too")
        #expect(open.latency.summary?.p50 == 1.0)
    }

    @Test("A failure is counted by status and code, and is never a latency")
    func failures() {
        var recording = Recording()
        let late = BenchFailure(code: "TooManyRequests", status: 429, "Later.")
        let wrong = BenchFailure(code: "WrongOutput", "7 instead of 8")
        let gone = BenchFailure(code: "Unreachable", status: nil, "Nobody is there.")
        for failure in [late, wrong, late, gone] { recording.add(sample(.failure(failure))) }
        recording.add(sample(.success(Observation())))
        #expect(recording.succeeded == 1)
        #expect(recording.failed == 4)
        #expect(recording.failedShare == 0.8)
        #expect(
            recording.statuses == ["200": 2, "429": 2, "none": 1],
            "a wrong answer has a status all the same"
        )
        #expect(recording.codes == ["TooManyRequests": 2, "WrongOutput": 1, "Unreachable": 1])
        #expect(recording.examples["WrongOutput"] == "7 instead of 8")
        #expect(recording.latency.count == 1)
        #expect(recording.timeline.slots.map(\.failed) == [4])
    }

    @Test("Recordings of several processes add up, also over JSON")
    func merge() throws {
        var first = Recording()
        var second = Recording()
        for number in 1...1_000 {
            let half = number.isMultiple(of: 2)
            let observation = Observation(
                parts: ["stop": .milliseconds(number)],
                stages: ["run": Double(number)]
            )
            let sample = sample(.success(observation), milliseconds: number)
            if half { first.add(sample) } else { second.add(sample) }
        }
        second.add(BenchFailure(code: "NotBegun", status: nil, "late"), times: 3)
        let sent = try JSONDecoder().decode(Recording.self, from: JSONEncoder().encode(second))
        first.add(sent)
        let summary = try #require(first.latency.summary)
        #expect(summary.count == 1_000)
        #expect(summary.min == 1 && abs(summary.max - 1_000) <= 1)
        #expect(abs(summary.p50 - 500) <= 1 && abs(summary.p99 - 990) <= 1)
        #expect(first.parts["stop"]?.count == 1_000)
        #expect(first.stages["run"]?.count == 1_000)
        #expect(first.codes == ["NotBegun": 3])
        #expect(first.timeline.slots.map(\.succeeded).reduce(0, +) == 1_000)
        #expect(first.seconds == 1)
    }

    @Test("A time below zero counts as zero and one beyond an hour as an hour")
    func extremes() {
        var record = LatencyRecord()
        record.add(.seconds(-1))
        record.add(.seconds(86_400))
        #expect(record.count == 2)
        #expect(record.summary?.min == 0)
        #expect(abs((record.summary?.max ?? 0) - 3_600_000) < 5_000)
        #expect(LatencyRecord().summary == nil)
    }

    @Test("A long timeline keeps all operations in slots that are longer")
    func longTimeline() {
        var timeline = Timeline()
        for second in 0..<5_000 { timeline.add(ended: .seconds(second), latency: .milliseconds(1)) }
        timeline.add(ended: .seconds(4_999), latency: nil)
        #expect(timeline.secondsPerSlot == 8)
        #expect(timeline.slots.count == 625)
        #expect(timeline.slots.allSatisfy { $0.succeeded == 8 })
        #expect(timeline.slots.last?.failed == 1)
        var short = Timeline()
        short.add(ended: .seconds(9), latency: .milliseconds(1))
        short.add(timeline)
        #expect(short.secondsPerSlot == 8)
        #expect(short.slots[0].succeeded == 8)
        #expect(short.slots[1].succeeded == 9)
    }

    @Test("A histogram that came from elsewhere and is none is refused")
    func foreignHistogram() {
        for text in [
            #"{"isCoarse":false,"pairs":[[1]]}"#, #"{"isCoarse":false,"pairs":[[18446744073709551615,1]]}"#,
        ] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(LatencyRecord.self, from: Data(text.utf8))
            }
        }
    }

    private func sample(_ result: Result<Observation, BenchFailure>, milliseconds: Int = 10) -> Sample {
        let time = Duration.milliseconds(milliseconds)
        return Sample(intended: .zero, begun: .zero, ended: time, result: result)
    }
}
