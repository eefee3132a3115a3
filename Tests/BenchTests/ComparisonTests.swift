import APIModel
import Foundation
import Testing

@testable import Bench

@Suite("Results beside each other")
struct ComparisonTests {
    @Test("A ratio beyond its bound breaks it, one at the bound does not")
    func bounds() throws {
        let before = Self.result(rate: 100, p50: 10, failed: 0)
        let after = Self.result(rate: 90, p50: 12, failed: 1)
        func holds(_ bounds: String...) throws -> Bool {
            Comparison([before, after], bounds: try bounds.map { try Comparison.Bound($0) }).holds
        }
        #expect(try holds())
        #expect(try holds("p50=1.2", "rate=0.9", "errors=1"))
        #expect(try !holds("p50=1.19"))
        #expect(try !holds("rate=0.91"))
        #expect(try !holds("errors=0.5"), "a share in percent, whatever was before")
        #expect(try !holds("p99=10"), "a figure that a result lacks keeps to no bound")
    }

    @Test("Ratios are against the first result, for each of the others")
    func ratios() {
        let results = [10.0, 20, 5].map { Self.result(rate: 1, p50: $0, failed: 0) }
        let line = Comparison(results, bounds: []).lines.first { $0.name == "p50 ms" }
        #expect(line?.values == [10, 20, 5])
        #expect(line?.ratios == [2, 0.5])
        #expect(line?.holds == nil)
    }

    @Test(
        "What is no bound is refused",
        arguments: ["", "p50", "p50=", "p51=1", "p50=-1", "p50=inf", "=1", "p50=x"]
    )
    func badBounds(text: String) {
        #expect(throws: BenchConfigurationError.self) { try Comparison.Bound(text) }
    }

    private static func result(rate: Double, p50: Double, failed: Int) -> JSONValue {
        let text = """
            {"rate_per_s": \(rate), "latency_ms": {"p50": \(p50)}, "counts": {"operations": 100, "failed": \(failed)}}
            """
        return (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .null
    }
}
