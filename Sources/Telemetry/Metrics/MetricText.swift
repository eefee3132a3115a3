/// Prometheus' text format, version 0.0.4.
enum MetricText {
    /// Writes metrics.
    ///
    /// - Parameter families: the metrics, each name once.
    /// - Returns: the text.
    static func of(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escapedHelp(family.help))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples {
                text += family.name + sample.suffix
                if !sample.labels.isEmpty {
                    let labels = sample.labels.map { #"\#($0.name)="\#(escapedValue($0.value))""# }
                    text += "{" + labels.joined(separator: ",") + "}"
                }
                text += " \(number(sample.value))\n"
            }
        }
        return text
    }

    /// A number as Go reads it; whole ones without a point.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    static func escapedValue(_ text: String) -> String { escaped(text) { $0 == "\"" } }

    private static func escapedHelp(_ text: String) -> String { escaped(text) { _ in false } }

    private static func escaped(_ text: String, alsoIf isSpecial: (Unicode.Scalar) -> Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                escaped += "\\n"
            } else {
                if scalar == "\\" || isSpecial(scalar) { escaped += "\\" }
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
