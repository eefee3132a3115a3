package import Presentation

/// Results as tables for people.
package enum ResultText {
    /// What a measurement has brought.
    ///
    /// - Parameters:
    ///   - document: the result.
    ///   - style: how it is emphasized.
    /// - Returns: the lines.
    package static func lines(_ document: ResultDocument, _ style: TextStyle) -> [String] {
        var lines = [
            style.emphasized(document.scenario) + ": \(document.counts.succeeded) operations in "
                + "\(NumberText.fixed(document.seconds, 2)) s, \(NumberText.short(document.rate)) a second"
                + (document.wasInterrupted ? "; broken off" : "")
        ]
        lines += times(document).lines(style)
        if document.counts.failed > 0 {
            let share = NumberText.fixed(document.failedShare * 100, 2)
            lines += [
                "",
                style.alarming(
                    "failed: \(document.counts.failed) of \(document.counts.operations) (\(share) %)"
                ),
            ]
            lines += failures(document).lines(style)
        } else {
            lines += ["", style.pleasing("failed: none")]
        }
        if let knee = document.knee { lines += [""] + steps(knee, style) }
        if let resources = document.resources { lines += [""] + table(resources).lines(style) }
        return lines
    }

    private static func times(_ document: ResultDocument) -> TextTable {
        var table = TextTable("MILLISECONDS", "COUNT", "MIN", "P50", "P90", "P99", "P99.9", "MAX", "MEAN")
        func add(_ name: String, _ times: LatencySummary) {
            let figures = [times.min, times.p50, times.p90, times.p99, times.p999, times.max, times.mean].map
            {
                NumberText.fixed($0, 2)
            }
            table.add(
                name,
                "\(times.count)",
                figures[0],
                figures[1],
                figures[2],
                figures[3],
                figures[4],
                figures[5],
                figures[6]
            )
        }
        if let latency = document.latency { add("operation", latency) }
        for (name, times) in document.parts.sorted(by: { $0.key < $1.key }) { add("  \(name)", times) }
        for (name, times) in document.stages.sorted(by: { $0.value.p50 > $1.value.p50 }) {
            add("  server: \(name)", times)
        }
        return table
    }

    private static func failures(_ document: ResultDocument) -> TextTable {
        var table = TextTable("CODE", "COUNT", "EXAMPLE")
        for (code, count) in document.counts.byCode.sorted(by: { $0.value > $1.value }) {
            table.add(code, "\(count)", String((document.failures[code] ?? "").prefix(160)))
        }
        return table
    }

    private static func steps(_ knee: KneeFinding, _ style: TextStyle) -> [String] {
        var table = TextTable("RATE", "REACHED", "P99 MS", "FAILED %", "BREAKS")
        for step in knee.steps {
            table.add(
                NumberText.short(step.rate),
                NumberText.short(step.reachedRate),
                NumberText.fixed(step.p99, 2),
                NumberText.fixed(step.failedShare * 100, 2),
                step.broken ?? "-"
            )
        }
        let finding =
            knee.rate.map {
                "knee: \(NumberText.short($0)) operations a second; the figures above are from there"
            }
            ?? "knee: none, each rate that was tried breaks a bound"
        return table.lines(style) + [style.emphasized(finding)]
    }

    private static func table(_ resources: ResourceSummary) -> TextTable {
        var table = TextTable("PROCESSES", "FIGURE", "FIRST", "LAST", "MAX", "SLOPE/H", "SLOPE/H, 2ND HALF")
        let isLong = resources.isLong
        for line in resources.lines where line.isTelling(inLongRun: isLong) {
            guard let first = line.values.first, let last = line.values.last, let top = line.values.max()
            else {
                continue
            }
            let figures = [first, last, top, line.slopePerHour, line.slopePerHourSecondHalf].map {
                NumberText.measured($0, line.unit)
            }
            let hasSlope = isLong && line.measure != "processor"
            table.add(
                line.role,
                line.measure,
                figures[0],
                figures[1],
                figures[2],
                hasSlope ? figures[3] : "-",
                hasSlope ? figures[4] : "-"
            )
        }
        return table
    }

    /// A comparison.
    ///
    /// - Parameters:
    ///   - comparison: the comparison.
    ///   - names: the names of the results, in their order.
    ///   - style: how it is emphasized.
    /// - Returns: the lines.
    package static func lines(_ comparison: Comparison, names: [String], _ style: TextStyle) -> [String] {
        var table = TextTable("FIGURE", "RESULT", "VALUE", "RATIO", "VERDICT")
        for line in comparison.lines {
            for (place, value) in line.values.enumerated() {
                let ratio = place == 0 ? nil : line.ratios[place - 1]
                table.add(
                    place == 0 ? line.name : "",
                    names[place],
                    value.map(NumberText.short) ?? "-",
                    ratio.map { NumberText.fixed($0, 2) } ?? "-",
                    place == 0 ? "" : line.holds.map { $0 ? "holds" : "BROKEN" } ?? ""
                )
            }
        }
        let hasBounds = comparison.lines.contains { $0.holds != nil }
        guard hasBounds else { return table.lines(style) }
        return table.lines(style)
            + [comparison.holds ? style.pleasing("all bounds hold") : style.alarming("a bound is broken")]
    }
}
