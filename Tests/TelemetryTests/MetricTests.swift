import Domain
import Testing

@testable import Telemetry

@Suite("Metrics")
struct MetricTests {
    @Test("A counter, a gauge and a histogram are told in Prometheus' words")
    func text() async {
        let registry = MetricRegistry()
        let counter = registry.counter("test_requests_total", "Requests.", labels: ["route", "status"])
        counter.add(1, "GET /a", "2xx")
        counter.add(2, "GET /a", "2xx")
        counter.add(0.5, "GET /b", "5xx")
        let histogram = registry.histogram(
            "test_wait_seconds",
            "Waits.",
            labels: ["stage"],
            bounds: [0.1, 1]
        )
        for milliseconds in [50, 100, 101, 2_000] { histogram.observe(.milliseconds(milliseconds), "run") }
        registry.collect {
            var family = MetricFamily("test_rooms", "Rooms.", .gauge)
            family.add(-2, ["pool": "p"])
            return [family, MetricFamily("test_empty", "Without a line.", .gauge)]
        }
        let text = await registry.text()
        #expect(
            text == """
                # HELP test_requests_total Requests.
                # TYPE test_requests_total counter
                test_requests_total{route="GET /a",status="2xx"} 3
                test_requests_total{route="GET /b",status="5xx"} 0.5
                # HELP test_rooms Rooms.
                # TYPE test_rooms gauge
                test_rooms{pool="p"} -2
                # HELP test_wait_seconds Waits.
                # TYPE test_wait_seconds histogram
                test_wait_seconds_bucket{stage="run",le="0.1"} 2
                test_wait_seconds_bucket{stage="run",le="1"} 3
                test_wait_seconds_bucket{stage="run",le="+Inf"} 4
                test_wait_seconds_sum{stage="run"} 2.251
                test_wait_seconds_count{stage="run"} 4

                """
        )
    }

    @Test("Whatever stands in a label, the line stays a line")
    func hostileLabel() async {
        let registry = MetricRegistry()
        registry.counter("test_total", "Help \\ and \n more.", labels: ["name"]).add(1, "a\"b\\c\nd\u{1F9EA}")
        let lines = await registry.text().split(separator: "\n")
        #expect(lines.first == #"# HELP test_total Help \\ and \n more."#)
        #expect(lines.last == #"test_total{name="a\"b\\c\nd🧪"} 1"#)
    }

    @Test("The number of series is bounded, and nothing is lost beyond it")
    func bounded() async {
        let registry = MetricRegistry()
        let counter = registry.counter("test_total", "Help.", labels: ["name", "kind"], seriesMax: 3)
        for number in 0..<1_000 { counter.add(1, "n\(number)", "k") }
        counter.add(5, "n0", "k")
        let lines = await registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 4)
        #expect(lines.contains(#"test_total{name="n0",kind="k"} 6"#))
        #expect(lines.contains(#"test_total{name="other",kind="other"} 997"#))
    }

    @Test("What two parts of a process tell under one name is one metric")
    func merged() async {
        let registry = MetricRegistry()
        for pool in ["a", "b"] {
            registry.collect {
                var family = MetricFamily("test_rooms", "Rooms.", .gauge)
                family.add(1, ["pool": pool])
                return [family]
            }
        }
        let text = await registry.text()
        #expect(text.split(separator: "\n").count { $0.hasPrefix("# TYPE") } == 1)
        #expect(text.contains(#"test_rooms{pool="b"} 1"#))
    }

    @Test("Numbers are written as Go reads them", arguments: [(0.1, "0.1"), (1e300, "1e+300"), (-3, "-3")])
    func number(value: Double, text: String) { #expect(MetricText.number(value) == text) }

    @Test("What is no number is told as Prometheus has it")
    func noNumber() {
        #expect([Double.infinity, -.infinity, .nan].map(MetricText.number) == ["+Inf", "-Inf", "NaN"])
    }

    @Test("A process tells of its own memory, time and descriptors")
    func process() throws {
        let families = Dictionary(
            uniqueKeysWithValues: ProcessMetrics.collect().map { ($0.name, $0.samples.first?.value ?? 0) }
        )
        #expect(try #require(families["process_open_fds"]) >= 3)
        #expect(try #require(families["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(families["process_start_time_seconds"]) > 1_700_000_000)
        #expect(families["process_cpu_seconds_total"] != nil && families["process_threads"] != nil)
        #expect(try #require(families["process_max_fds"]) >= 64)
    }
}
