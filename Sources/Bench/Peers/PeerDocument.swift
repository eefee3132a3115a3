internal import FoundationEssentials
package import Presentation

/// A comparison with peers for programs and for people.
package struct PeerDocument: Encodable, Sendable {
    private struct Contender: Encodable {
        let name: String
        let version: String
    }

    private struct Line: Encodable {
        let operation: PeerOperation
        let name: String
        let failed: Int
        let failure: String?
        let latency: LatencySummary?
        /// The median over each of the cluster's medians for the operation, by the name of the cluster's line.
        let ratios: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case operation, name, failed, failure
            case latency = "latency_ms"
            case ratios = "ratio_of_p50"
        }
    }

    private let version = 1
    private let scenario = "peers"
    private let endedAt: String
    private let machine: MachineDescription
    private let contenders: [Contender]
    private let lines: [Line]

    private enum CodingKeys: String, CodingKey {
        case version, scenario, machine, contenders, lines
        case endedAt = "ended_at"
    }

    /// Writes down what a comparison has brought.
    ///
    /// - Parameters:
    ///   - results: what it has brought.
    ///   - machine: on what was measured.
    ///   - endedAt: when it ended, as RFC 3339.
    package init(_ results: PeerResults, machine: MachineDescription, endedAt: String) {
        self.endedAt = endedAt
        self.machine = machine
        contenders = results.contenders.map { Contender(name: $0.name, version: $0.version) }
        lines = results.lines.map { line in
            Line(
                operation: line.operation,
                name: line.name,
                failed: line.failed,
                failure: line.failure,
                latency: line.latency.summary,
                ratios: results.ratios(of: line)
            )
        }
    }

    /// The document as JSON, its members sorted by name.
    ///
    /// - Returns: UTF-8 with the end of its last line.
    /// - Throws: when a figure is not finite, which none is known for.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// The table, and what failed.
    ///
    /// - Parameter style: how it is emphasized.
    /// - Returns: the lines.
    package func table(_ style: TextStyle) -> [String] {
        var text = contenders.map { "\($0.name) \($0.version)" }
        for operation in PeerOperation.allCases {
            let own = lines.filter { $0.operation == operation }
            guard !own.isEmpty else { continue }
            var table = TextTable(
                operation.rawValue.uppercased(),
                "COUNT",
                "P50 MS",
                "P99 MS",
                "FAILED",
                "TO CLOISTER'S P50"
            )
            for line in own {
                table.add(
                    line.name,
                    "\(line.latency?.count ?? 0)",
                    line.latency.map { NumberText.fixed($0.p50, 2) } ?? "-",
                    line.latency.map { NumberText.fixed($0.p99, 2) } ?? "-",
                    "\(line.failed)",
                    line.ratios.sorted { $0.key < $1.key }
                        .map { "\(NumberText.short($0.value))x of \($0.key)" }.joined(separator: ", ")
                )
            }
            text += [""] + table.lines(style)
            text += own.compactMap(\.failure).map(style.alarming)
        }
        return text
    }
}
