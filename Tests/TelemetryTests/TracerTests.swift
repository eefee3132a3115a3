import Domain
import Foundation
import Testing

@testable import Telemetry

@Suite("Spans")
struct TracerTests {
    private let place = TraceContext(traceHigh: 0xab, traceLow: 0xcd, span: 0xef, isSampled: true)

    private func span(_ name: String = "run", at place: TraceContext? = nil) -> Span {
        let start = ContinuousClock.now
        return Span(
            name,
            .within,
            at: place ?? self.place,
            below: 7,
            from: start,
            to: start + .milliseconds(3)
        )
    }

    @Test("What is waiting has a bound, and what goes beyond it is counted")
    func bounded() {
        let tracer = Tracer(waitingMax: 600)
        for _ in 0..<1_000 { tracer.record(span()) }
        #expect(tracer.takeBatch().count == Tracer.batchMax)
        #expect(tracer.takeBatch().count == 600 - Tracer.batchMax)
        #expect(tracer.takeBatch().isEmpty)
        tracer.lost(5)
        let values = tracer.measured().map { $0.samples.first?.value }
        #expect(values == [600, 405])
    }

    @Test("Nothing is kept of a trace that is not recorded")
    func unsampled() {
        let tracer = Tracer()
        tracer.record(span(at: TraceContext(traceHigh: 1, traceLow: 1, span: 1, isSampled: false)))
        #expect(tracer.takeBatch().isEmpty)
    }

    @Test("A full batch wakes whoever sends it")
    func wakes() async {
        let tracer = Tracer()
        for _ in 0..<Tracer.batchMax { tracer.record(span()) }
        for await _ in tracer.batches { break }
        #expect(tracer.takeBatch().count == Tracer.batchMax)
    }

    @Test("Of a hundred traces as many are recorded as the configuration says")
    func sampling() {
        #expect(!Tracer(samplePercent: 0).samples())
        #expect(Tracer(samplePercent: 100).samples())
        let tracer = Tracer(samplePercent: 50)
        let count = (0..<10_000).count { _ in tracer.samples() }
        #expect((4_500...5_500).contains(count))
    }

    @Test("Spans are OTLP: numbers in hexadecimal, times as texts of nanoseconds, hostile names as they are")
    func body() throws {
        let tracer = Tracer()
        var failed = span("quo\"te\n").with("code", .number(-3)).with("text", .text("ü\u{0}"))
        failed.trouble = "why"
        let first = Span("first", .server, at: place, below: nil, from: .now)
        let text = OTLPText(service: "s", instance: "i", tracer: tracer).body([failed, first])
        let body = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let resource = try #require((body["resourceSpans"] as? [[String: Any]])?.first)
        let scope = try #require((resource["scopeSpans"] as? [[String: Any]])?.first)
        let spans = try #require(scope["spans"] as? [[String: Any]])
        #expect(spans.count == 2)
        #expect(spans[0]["traceId"] as? String == "00000000000000ab00000000000000cd")
        #expect(spans[0]["spanId"] as? String == "00000000000000ef")
        #expect(spans[0]["parentSpanId"] as? String == "0000000000000007")
        #expect(spans[0]["name"] as? String == "quo\"te\n")
        #expect((spans[0]["status"] as? [String: Any])?["message"] as? String == "why")
        let start = try #require((spans[0]["startTimeUnixNano"] as? String).flatMap { Int64($0) })
        let end = try #require((spans[0]["endTimeUnixNano"] as? String).flatMap { Int64($0) })
        #expect(end - start == 3_000_000)
        #expect(abs(Double(start) / 1e9 - Date().timeIntervalSince1970) < 60)
        #expect(spans[1]["parentSpanId"] == nil && spans[1]["status"] == nil)
    }
}
