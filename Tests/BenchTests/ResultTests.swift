import APIModel
import Foundation
import Presentation
import Testing

@testable import Bench

@Suite("Results")
struct ResultTests {
    /// Every member of the document, `*` for names that depend on what was measured: a change here is a change of the
    /// schema, which docs/benchmarks.md promises to keep.
    private static let schema = """
        counts counts.by_code counts.by_code.* counts.by_status counts.by_status.* counts.failed counts.operations \
        counts.succeeded duration_s ended_at failures failures.* histogram_us knee knee.failed_share_bound \
        knee.p99_bound_ms knee.rate knee.steps knee.steps.broken knee.steps.failed_share knee.steps.p99_ms \
        knee.steps.rate knee.steps.reached_rate latency_ms latency_ms.count latency_ms.max latency_ms.mean \
        latency_ms.min latency_ms.p50 latency_ms.p90 latency_ms.p99 latency_ms.p999 machine machine.has_kvm \
        machine.kernel machine.load_averages machine.memory_bytes machine.processor_model machine.processors \
        machine.server_version machine.version machine.workers parameters parameters.clients \
        parameters.duration_s parameters.file_bytes parameters.in_flight parameters.is_burst parameters.language \
        parameters.pause_ms parameters.pool parameters.processes parameters.ramp_s parameters.sessions \
        parameters.url parameters.warm_up_s parameters.weights parameters.weights.* parts_ms parts_ms.* rate_per_s \
        resources resources.lines resources.lines.measure resources.lines.role resources.lines.slope_per_hour \
        resources.lines.slope_per_hour_second_half resources.lines.unit resources.lines.values resources.seconds \
        scenario stages_ms stages_ms.* start_lag_ms timeline timeline.at_s timeline.failed timeline.p50_ms \
        timeline.p99_ms timeline.rate timeline.succeeded version was_interrupted
        """

    @Test("The document has the members of its schema, and reads back as it was written")
    func schema() throws {
        let document = Self.document()
        let bytes = try document.encoded()
        #expect(try ResultDocument.decoded(bytes) == document)
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        var found: Set<String> = []
        Self.collect(value, "", into: &found)
        #expect(found.sorted() == Self.schema.split(separator: " ").map(String.init).sorted())
        #expect(value["version"] == .integer(1))
    }

    @Test("docs/benchmarks.md explains every member")
    func documentation() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/benchmarks.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for path in Self.schema.split(separator: " ") where !path.hasSuffix("*") {
            let name = path.split(separator: ".").last ?? ""
            #expect(text.contains("`\(name)`"), "\(path) is missing")
        }
    }

    @Test("What is no result is refused", arguments: ["", "{}", "[1]", #"{"version": 2}"#])
    func refused(text: String) {
        #expect(throws: BenchConfigurationError.self) { try ResultDocument.decoded(Array(text.utf8)) }
    }

    @Test("The page shows what a server said and does not obey it")
    func escaping() {
        let evil = #"</td><script src="https://x.invalid/y.js"></script>&'"# + "\u{1B}[31m"
        let page = ReportPage.html(Self.document(failure: evil))
        #expect(!page.contains("<script"))
        #expect(!page.contains("\u{1B}"))
        #expect(page.contains("&lt;/td&gt;&lt;script src=&quot;https://x.invalid/y.js&quot;&gt;"))
        #expect(MarkupText.escaped("a<b>\"c\"&'d'") == "a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39;")
    }

    @Test("The page is well-formed XML but for its first line, and asks nobody for anything")
    func page() throws {
        let page = ReportPage.html(Self.document())
        for word in ["src=", "href=", "url(", "@import", "http-equiv"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.components(separatedBy: "<svg").count - 1 == 10, "a plot for each section and figure")
        for open in ["svg", "section", "table", "div", "figure", "main", "text", "p"] {
            let begins =
                page.components(separatedBy: "<\(open)>").count
                + page.components(separatedBy: "<\(open) ").count
            #expect(begins - 2 == page.components(separatedBy: "</\(open)>").count - 1, "\(open)")
        }
        #expect(!page.contains("nan") && !page.contains("inf "))
    }

    @Test("A result without a single success has a page and a table all the same")
    func empty() throws {
        var recording = Recording()
        recording.add(BenchFailure(code: "Unreachable", status: nil, "Nobody is there."), times: 7)
        let document = Self.document(recording, resources: nil, knee: nil)
        #expect(ReportPage.html(document).contains("Unreachable"))
        let lines = ResultText.lines(document, .plain)
        #expect(lines.contains("failed: 7 of 7 (100.00 %)"))
        #expect(document.failedShare == 1 && document.isEmpty)
        #expect(try ResultDocument.decoded(document.encoded()).latency == nil)
    }

    private static func document(failure: String = "no") -> ResultDocument {
        var recording = Recording()
        for number in 0..<200 {
            let begin = Duration.milliseconds(number * 20)
            let observation = Observation(parts: ["stop": .milliseconds(3)], stages: ["run": 2])
            recording.add(
                Sample(
                    intended: begin,
                    begun: begin,
                    ended: begin + .milliseconds(1 + number % 17),
                    result: .success(observation)
                )
            )
        }
        recording.add(BenchFailure(code: "WrongOutput", failure), times: 2)
        var series = ResourceSeries()
        for second in 0..<400 {
            var figures = ResourceSeries.Figures()
            figures.add(processors: 0.5, memoryBytes: 1 << 24, descriptors: 9, threads: 2)
            series.add(at: Double(second), ["workers": figures], files: nil)
        }
        var search = KneeSearch(.init(p99Milliseconds: 100, failedShare: 0), from: 10)
        search.took(10, reachedRate: 10, p99Milliseconds: 10, failedShare: 0)
        search.took(20, reachedRate: 20, p99Milliseconds: 900, failedShare: 0)
        let knee = KneeFinding(search, .init(p99Milliseconds: 100, failedShare: 0))
        return document(recording, resources: series, knee: knee)
    }

    private static func document(
        _ recording: Recording,
        resources: ResourceSeries?,
        knee: KneeFinding?
    ) -> ResultDocument {
        let options = BenchOptions(
            scenario: .mixed,
            plan: LoadPlan(pace: .clients(2), limit: .duration(.seconds(4))),
            sessions: 2,
            fileBytes: 1_024,
            weights: .standard,
            knee: nil
        )
        var machine = MachineDescription(version: "1.2.3")
        machine.serverVersion = "1.2.3"
        machine.workers = 1
        return ResultDocument(
            BenchRun.Outcome(recording: recording, resources: resources, knee: knee, wasInterrupted: false),
            scenario: .mixed,
            parameters: BenchParameters(
                options,
                url: "http://127.0.0.1:8080",
                pool: "python",
                language: .python,
                processes: 1
            ),
            machine: machine,
            endedAt: "2026-11-21T20:00:00.0000000Z"
        )
    }

    /// The paths of all members; arrays do not show, and what is named by the measurement is `*`.
    private static func collect(_ value: JSONValue, _ path: String, into found: inout Set<String>) {
        let open = [
            "counts.by_code", "counts.by_status", "failures", "parameters.weights", "parts_ms", "stages_ms",
        ]
        switch value {
        case .array(let elements): for element in elements { collect(element, path, into: &found) }
        case .object(let members):
            // All summaries are alike; that of latency_ms stands for them.
            if path.hasSuffix("*") || path == "start_lag_ms" { return }
            for member in members {
                let name = open.contains(path) ? "*" : member.name
                let inner = path.isEmpty ? name : "\(path).\(name)"
                found.insert(inner)
                collect(member.value, inner, into: &found)
            }
        default: break
        }
    }
}
