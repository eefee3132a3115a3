/// All that one scrape tells of a metric.
package struct MetricFamily: Hashable, Sendable {
    /// What kind of metric it is.
    package enum Kind: String, Sendable {
        /// A number that only grows.
        case counter
        /// A number that goes up and down.
        case gauge
        /// How often values fell below which bounds.
        case histogram
    }

    /// A line of the scrape.
    package struct Sample: Hashable, Sendable {
        /// What follows the metric's name: nothing but in histograms.
        let suffix: String
        /// Names and values of the labels.
        let labels: [Label]
        /// The value, in the unit that the metric's name ends with.
        let value: Double
    }

    /// A name with its value.
    package struct Label: Hashable, Sendable {
        /// The name.
        let name: String
        /// The value.
        let value: String
    }

    /// The name, as Prometheus writes it, with its unit.
    package let name: String
    /// What it tells, in a sentence.
    package let help: String
    /// What kind it is.
    package let kind: Kind
    /// Its lines.
    package private(set) var samples: [Sample]

    /// Makes a metric whose lines are known.
    init(_ name: String, _ help: String, _ kind: Kind, samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// Makes a metric without lines, for what is counted only when somebody looks.
    ///
    /// - Parameters:
    ///   - name: the name, with its unit.
    ///   - help: what it tells, in a sentence.
    ///   - kind: counter or gauge.
    package init(_ name: String, _ help: String, _ kind: Kind) {
        self.init(name, help, kind, samples: [])
    }

    /// Makes a metric of one number.
    ///
    /// - Parameters:
    ///   - name: the name, with its unit.
    ///   - help: what it tells, in a sentence.
    ///   - kind: counter or gauge.
    ///   - value: the number.
    package init(_ name: String, _ help: String, _ kind: Kind, value: Double) {
        self.init(name, help, kind, samples: [Sample(suffix: "", labels: [], value: value)])
    }

    /// Adds a line.
    ///
    /// - Parameters:
    ///   - value: the number.
    ///   - labels: names and values of the labels, in the order in which they are written.
    package mutating func add(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        samples.append(
            Sample(suffix: "", labels: labels.map { Label(name: $0.key, value: $0.value) }, value: value)
        )
    }

    /// The metric with all lines of another one of its name; for what several parts of a process tell.
    func merged(with other: MetricFamily) -> MetricFamily {
        MetricFamily(name, help, kind, samples: samples + other.samples)
    }
}
