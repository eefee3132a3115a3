import Testing

@testable import Bench

@Suite("Text about a measurement")
struct ProgressTextTests {
    @Test("The line tells place, rate, percentiles and errors, and fits a terminal")
    func line() {
        let glance = Glance(succeeded: 950, failed: 50, rate: 123.4, p50: 7.5, p99: 1_234, seconds: 5)
        let timed = BenchRun.Progress(
            phase: .measuring,
            glance: glance,
            elapsed: .seconds(5),
            limit: .duration(.seconds(10))
        )
        #expect(
            ProgressText.line(timed)
                == "[##########..........] 5/10 s 123/s  p50 7.50 ms  p99 1234 ms  errors 50"
        )
        let counted = BenchRun.Progress(
            phase: .step(1_000),
            glance: glance,
            elapsed: .seconds(5),
            limit: .count(1_000)
        )
        #expect(ProgressText.line(counted).contains("[####################] 1000/1000"))
        #expect(ProgressText.line(counted).hasPrefix("trying 1000/s"))
        #expect(ProgressText.line(counted).count <= 100)
    }

    @Test("A progress beyond its end, before its beginning or of nothing is no trouble")
    func edges() {
        func line(_ elapsed: Duration, _ limit: LoadPlan.Limit) -> String {
            let progress = BenchRun.Progress(
                phase: .measuring,
                glance: Glance(),
                elapsed: elapsed,
                limit: limit
            )
            return ProgressText.line(progress)
        }
        #expect(line(.seconds(99), .duration(.seconds(1))).hasPrefix("[####################]"))
        #expect(line(.seconds(-3), .duration(.seconds(1))) == "warming up, 3 s left")
        #expect(line(.zero, .count(0)).contains("0/0"))
    }

    @Test("Numbers are short and right")
    func numbers() {
        let texts = [0, 0.0125, 0.9996, 1.234, 56.78, 1_234.5, -2.5].map { NumberText.short($0) }
        #expect(texts == ["0", "0.013", "1.000", "1.23", "56.8", "1235", "-2.50"])
        #expect(NumberText.fixed(-0.001, 2) == "0.00")
        #expect(NumberText.measured(3 * 1_048_576, "bytes") == "3.00 MiB")
        #expect(NumberText.measured(-2_048, "bytes") == "-2.00 KiB")
        #expect(NumberText.tick(milliseconds: 2_000) == "2 s")
        #expect(NumberText.tick(0.5) == "0.5")
    }

    @Test("An axis ends at round values that hold everything", arguments: [0.7, 1, 3.2, 47, 980, 12_345.6])
    func axes(top: Double) {
        let linear = PlotAxis.linear([0, top])
        #expect(linear.high >= top && linear.high <= top * 1.5)
        #expect((3...12).contains(linear.ticks.count))
        let logarithmic = PlotAxis.logarithmic([0, top, top * 30])
        #expect(logarithmic.low <= top && logarithmic.high >= top * 30)
        #expect(logarithmic.place(of: logarithmic.low) == 0 && logarithmic.place(of: logarithmic.high) == 1)
        #expect(logarithmic.ticks.count > 1)
        let around = PlotAxis.around([top, top])
        #expect(around.low < top && around.high > top)
    }
}
