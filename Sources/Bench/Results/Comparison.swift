package import APIModel

/// Results of several measurements beside the first of them, with what must hold.
package struct Comparison: Sendable {
    /// What the others must keep to, against the first result.
    package struct Bound: Hashable, Sendable {
        /// The figure's name.
        let figure: String
        /// The ratio that must not be exceeded; for the rate the one that must be reached; for errors the greatest
        /// share in percent, whatever the first result has.
        let limit: Double

        /// Reads a bound such as `p99=1.2`.
        ///
        /// - Parameter text: the figure, an equals sign and a number.
        /// - Throws: ``BenchConfigurationError`` when it is none.
        package init(_ text: String) throws {
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let limit = Double(parts[1]), limit >= 0, limit.isFinite,
                Figure.all.contains(where: { $0.name == parts[0] })
            else {
                let names = Figure.all.map(\.name).joined(separator: ", ")
                throw BenchConfigurationError(
                    "\(text) is no bound; write FIGURE=NUMBER with one of \(names)."
                )
            }
            figure = String(parts[0])
            self.limit = limit
        }
    }

    /// A figure that is compared.
    struct Figure: Sendable {
        let name: String
        let unit: String
        let path: [String]

        static let all: [Self] =
            [Self(name: "rate", unit: "1/s", path: ["rate_per_s"])]
            + ["min", "p50", "p90", "p99", "p999", "max", "mean"].map {
                Self(name: $0, unit: "ms", path: ["latency_ms", $0])
            } + [Self(name: "errors", unit: "%", path: ["counts"])]

        /// The figure of a result; nil when it has none.
        func value(of document: JSONValue) -> Double? {
            if name == "errors" {
                guard let failed = document["counts"]?["failed"]?.number,
                    let operations = document["counts"]?["operations"]?.number
                else { return nil }
                return operations > 0 ? failed / operations * 100 : 0
            }
            return path.reduce(Optional(document)) { $0?[$1] }?.number
        }
    }

    /// A line of the comparison.
    package struct Line: Hashable, Sendable {
        /// The figure's name with its unit.
        package let name: String
        /// The figures, the first result's first; nil where a result has none.
        package let values: [Double?]
        /// The others' figures against the first one's; nil where that makes no sense.
        package let ratios: [Double?]
        /// Whether all keep to the bound; nil without one.
        package let holds: Bool?
    }

    /// The lines.
    package let lines: [Line]

    /// Whether every bound holds.
    package var holds: Bool { !lines.contains { $0.holds == false } }

    /// Compares.
    ///
    /// - Parameters:
    ///   - documents: results as JSON, also of other programs as long as they have the members of ours.
    ///   - bounds: what must hold.
    package init(_ documents: [JSONValue], bounds: [Bound]) {
        lines = Figure.all.map { figure in
            let values = documents.map(figure.value(of:))
            let ratios = values.dropFirst().map { value -> Double? in
                guard let first = values.first ?? nil, let value, first > 0, figure.name != "errors" else {
                    return nil
                }
                return value / first
            }
            let bound = bounds.last { $0.figure == figure.name }
            return Line(
                name: "\(figure.name) \(figure.unit)",
                values: values,
                ratios: Array(ratios),
                holds: bound.map { Self.holds($0, Array(values.dropFirst()), Array(ratios)) }
            )
        }
    }

    // What is missing keeps to no bound.
    private static func holds(_ bound: Bound, _ values: [Double?], _ ratios: [Double?]) -> Bool {
        switch bound.figure {
        case "errors": values.allSatisfy { ($0 ?? .infinity) <= bound.limit }
        case "rate": ratios.allSatisfy { ($0 ?? 0) >= bound.limit }
        default: ratios.allSatisfy { ($0 ?? .infinity) <= bound.limit }
        }
    }
}

extension JSONValue {
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
