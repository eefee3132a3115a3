/// A result as a page that needs nothing else.
package enum ReportPage {
    /// Writes the page.
    ///
    /// - Parameter document: the result.
    /// - Returns: HTML with its style and its plots in it.
    package static func html(_ document: ResultDocument) -> String {
        let title = "cloister bench \(document.scenario)"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(MarkupText.escaped(title))</title>
            <style>\(ReportStyle.css)</style>
            </head>
            <body>
            <main>
            <h1>\(MarkupText.escaped(title))</h1>
            <p class="about">\(MarkupText.escaped(about(document)))</p>
            \(tiles(document))
            \(sections(document).joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    private static func about(_ document: ResultDocument) -> String {
        let parameters = document.parameters
        let load: String =
            if document.knee != nil {
                "open loop, looking for the knee"
            } else if parameters.isBurst {
                "all at once"
            } else if let rate = parameters.rate {
                "open loop, \(NumberText.short(rate)) operations a second"
            } else {
                "closed loop, \(parameters.clients == 1 ? "one client" : "\(parameters.clients ?? 1) clients")"
            }
        return "\(parameters.url), pool \(parameters.pool), \(load); \(document.endedAt.prefix(19)) UTC"
            + (document.wasInterrupted ? "; broken off" : "")
    }

    private static func tiles(_ document: ResultDocument) -> String {
        func time(_ figure: Double?) -> String { figure.map { NumberText.short($0) + " ms" } ?? "-" }
        var tiles: [(name: String, value: String, kind: String)] = [
            ("operations a second", NumberText.short(document.rate), ""),
            ("median", time(document.latency?.p50), ""),
            ("99th percentile", time(document.latency?.p99), ""),
            ("longest", time(document.latency?.max), ""),
            ("succeeded", "\(document.counts.succeeded)", ""),
            ("failed", "\(document.counts.failed)", document.counts.failed > 0 ? "bad" : "good"),
        ]
        if let knee = document.knee {
            tiles.insert(("knee", knee.rate.map { NumberText.short($0) + "/s" } ?? "none", ""), at: 0)
        }
        let cells: [String] = tiles.map { tile in
            "<div class=\"tile \(tile.kind)\"><b>\(MarkupText.escaped(tile.value))</b><span>\(tile.name)</span></div>"
        }
        return "<div class=\"tiles\">\(cells.joined())</div>"
    }

    private static func sections(_ document: ResultDocument) -> [String] {
        let plots = ResultPlots(document: document)
        var sections: [String] = []
        if document.counts.failed > 0 { sections.append(failures(document)) }
        if !document.histogram.isEmpty {
            sections.append(
                section(
                    "Latency by percentile",
                    "What share of the operations took no longer; from when each should have begun.",
                    plots.percentiles
                )
            )
        }
        if document.timeline.count > 1 {
            sections.append(
                section(
                    "Operations a second",
                    document.counts.failed > 0 ? key([("a", "succeeded"), ("bad", "failed")]) : "",
                    plots.rates
                )
            )
            sections.append(
                section(
                    "Latency over time",
                    key([("a", "median"), ("b", "99th percentile")]),
                    plots.latencies
                )
            )
        }
        if let knee = document.knee, !knee.steps.isEmpty {
            sections.append(
                section(
                    "The knee",
                    key([("a", "99th percentile of the rates that were tried"), ("bad", "breaks a bound")]),
                    plots.knee(knee)
                )
            )
        }
        sections += stages(document)
        if let resources = document.resources { sections.append(resourceSection(resources, plots)) }
        return sections + [figures(document), circumstances(document)]
    }

    private static func stages(_ document: ResultDocument) -> [String] {
        let kinds = [
            ("Parts of an operation", "As the client saw them", document.parts),
            ("Stages on the server", "As each answer tells them; they are nested", document.stages),
        ]
        return kinds.compactMap { title, about, times in
            guard !times.isEmpty else { return nil }
            let sorted = times.sorted { $0.value.p50 > $1.value.p50 }.map {
                (name: $0.key, summary: $0.value)
            }
            let text = about + ". " + key([("a", "median"), ("b", "99th percentile")])
            return section(title, text, ResultPlots.bars(sorted))
        }
    }

    private static func resourceSection(_ resources: ResourceSummary, _ plots: ResultPlots) -> String {
        let isLong = resources.isLong
        let figures = resources.lines.filter { $0.isTelling(inLongRun: isLong) }
        let cells = figures.map { line in
            let slope = NumberText.measured(line.slopePerHourSecondHalf, line.unit)
            return "<figure><figcaption><b>\(MarkupText.escaped(line.role)): \(line.measure)</b> "
                + "\(NumberText.measured(line.values.last ?? 0, line.unit)) at the end"
                + (isLong && line.measure != "processor" ? "; slope of the second half \(slope) an hour" : "")
                + "</figcaption>\(plots.resource(line, at: resources.seconds))</figure>"
        }
        return section(
            "The cluster's processes on this machine",
            "Memory is private memory; the axes do not begin at 0, so that changes show.",
            "<div class=\"pairs\">\(cells.joined())</div>"
        )
    }

    private static func failures(_ document: ResultDocument) -> String {
        let rows = document.counts.byCode.sorted { $0.value > $1.value }.map { code, count in
            [code, "\(count)", document.failures[code] ?? ""]
        }
        return section("Failures", "", table(["code", "count", "example"], rows, textColumns: [0, 2]))
    }

    private static func figures(_ document: ResultDocument) -> String {
        var rows: [[String]] = []
        func add(_ name: String, _ times: LatencySummary) {
            let figures = [times.min, times.p50, times.p90, times.p99, times.p999, times.max, times.mean]
            rows.append([name, "\(times.count)"] + figures.map { NumberText.fixed($0, 2) })
        }
        if let latency = document.latency { add("operation", latency) }
        for (name, times) in document.parts.sorted(by: { $0.key < $1.key }) { add(name, times) }
        for (name, times) in document.stages.sorted(by: { $0.value.p50 > $1.value.p50 }) {
            add("server: \(name)", times)
        }
        if let lag = document.lag { add("late start", lag) }
        let heads = ["milliseconds", "count", "min", "p50", "p90", "p99", "p99.9", "max", "mean"]
        return section("Figures", "", table(heads, rows, textColumns: [0]))
    }

    private static func circumstances(_ document: ResultDocument) -> String {
        let machine = document.machine
        let loads = machine.loadAverages.map { NumberText.fixed($0, 2) }.joined(separator: ", ")
        var rows = [
            ["processors", "\(machine.processors) × \(machine.processorModel)"],
            ["memory", NumberText.measured(Double(machine.memoryBytes), "bytes")],
            ["kernel", machine.kernel],
            ["KVM", machine.hasKVM ? "there" : "not there"],
            ["load averages before", loads],
            ["version", "\(machine.version); server \(machine.serverVersion ?? "unknown")"],
            ["workers", machine.workers.map(String.init) ?? "unknown"],
            ["sessions", "\(document.parameters.sessions)"],
            ["warm-up", "\(NumberText.short(document.parameters.warmUpSeconds)) s"],
            ["processes of the load", "\(document.parameters.processes)"],
        ]
        if let weights = document.parameters.weights {
            let text = weights.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(
                separator: ", "
            )
            rows.append(["weights", text])
        }
        return section(
            "Circumstances",
            "The machine of the client.",
            table(["", ""], rows, textColumns: [0, 1])
        )
    }

    private static func section(_ title: String, _ about: String, _ content: String) -> String {
        "<section><h2>\(title)</h2>" + (about.isEmpty ? "" : "<p>\(about)</p>") + content + "</section>"
    }

    private static func key(_ entries: [(kind: String, name: String)]) -> String {
        entries.map { entry in "<span class=\"key \(entry.kind)\">\(entry.name)</span>" }.joined(
            separator: " "
        )
    }

    private static func table(_ heads: [String], _ rows: [[String]], textColumns: Set<Int>) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            let written: [String] = cells.enumerated().map { place, cell in
                let kind = textColumns.contains(place) ? " class=\"text\"" : ""
                return "<\(tag)\(kind)>\(MarkupText.escaped(cell))</\(tag)>"
            }
            return "<tr>\(written.joined())</tr>"
        }
        let head = heads.allSatisfy(\.isEmpty) ? "" : "<thead>\(row(heads, "th"))</thead>"
        return
            "<div class=\"wide\"><table>\(head)<tbody>\(rows.map { row($0, "td") }.joined(separator: "\n"))"
            + "</tbody></table></div>"
    }
}
