import Testing

@testable import ClientCommands

@Suite("What top reads of metrics")
struct MetricSamplesTests {
    private static let earlier = MetricSamples(
        """
        # HELP a_total Help.
        # TYPE a_total counter
        a_total{pool="p",state="x"} 1
        w_seconds_bucket{route="r",le="0.1"} 10
        w_seconds_bucket{route="r",le="1"} 10
        w_seconds_bucket{route="r",le="+Inf"} 10
        """
    )
    private static let now = MetricSamples(
        #"""
        a_total{pool="p",state="x"} 3
        a_total{pool="q\"u\\o\nte",state="x"} 4.5
        a_total 100
        w_seconds_bucket{route="r",le="0.1"} 20
        w_seconds_bucket{route="r",le="1"} 29
        w_seconds_bucket{route="r",le="+Inf"} 30
        w_seconds_bucket{route="other",le="+Inf"} 1000
        garbage
        garbage{a= x
        """#
    )

    @Test("Series are summed by the labels that are asked for")
    func sums() {
        #expect(Self.now.sum("a_total", ["state": "x"]) == 7.5)
        #expect(Self.now.sum("a_total", ["pool": "p"]) == 3)
        #expect(Self.now.sum("a_total") == 107.5)
        #expect(Self.now.sum("b_total") == 0)
        #expect(Self.now.values(of: "pool", in: "a_total") == ["p", "q\"u\\o\nte"])
    }

    @Test("A quantile is that of what happened in between, between two bounds")
    func quantiles() throws {
        func quantile(_ part: Double) -> Double? {
            Self.now.quantile(part, of: "w_seconds", since: Self.earlier) { $0["route"] == "r" }
        }
        #expect(quantile(0.25) == 0.05)
        #expect(abs(try #require(quantile(0.725)) - 0.55) < 1e-9)
        // Above all bounds nothing is known but the greatest.
        #expect(quantile(1) == 1)
        #expect(Self.now.quantile(0.5, of: "w_seconds", since: Self.now) { $0["route"] == "r" } == nil)
        #expect(Self.now.quantile(0.5, of: "none", since: Self.earlier) { _ in true } == nil)
    }
}
