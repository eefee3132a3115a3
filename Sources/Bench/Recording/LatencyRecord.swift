internal import Histogram

/// Times of one kind, in a histogram that keeps three digits of each.
package struct LatencyRecord: Sendable {
    /// One hour: nothing here takes longer.
    private static let greatest: UInt64 = 3_600_000_000

    private var histogram: Histogram<UInt64>

    /// Begins with none.
    ///
    /// - Parameter isCoarse: whether two digits do, in a tenth of the memory.
    init(isCoarse: Bool = false) {
        histogram = Histogram(numberOfSignificantValueDigits: isCoarse ? .two : .three)
    }

    /// How many times there are.
    var count: Int { Int(histogram.totalCount) }

    /// Adds a time.
    ///
    /// - Parameter time: the time; below zero counts as zero, and beyond an hour as an hour.
    mutating func add(_ time: Duration) {
        let microseconds = max(0, time / .microseconds(1)).rounded()
        histogram.record(min(UInt64(microseconds), Self.greatest))
    }

    /// Adds all times of another record of the same kind.
    ///
    /// - Parameter other: the other record.
    mutating func add(_ other: Self) { histogram.add(other.histogram) }

    /// The time that a share of all does not exceed.
    ///
    /// - Parameter percent: the share, from 0 to 100.
    /// - Returns: the time in milliseconds; 0 when there are no times.
    func milliseconds(at percent: Double) -> Double {
        Double(histogram.valueAtPercentile(percent)) / 1_000
    }

    /// The usual figures; nil when there are no times.
    var summary: LatencySummary? {
        guard count > 0 else { return nil }
        return LatencySummary(
            count: count,
            min: Double(histogram.min) / 1_000,
            p50: milliseconds(at: 50),
            p90: milliseconds(at: 90),
            p99: milliseconds(at: 99),
            p999: milliseconds(at: 99.9),
            max: Double(histogram.maxRecorded) / 1_000,
            mean: (histogram.mean.rounded()) / 1_000
        )
    }

    /// Each recorded time in microseconds, with how often it was recorded, the shortest first.
    var pairs: [[UInt64]] { histogram.recordedValues().map { [$0.value, UInt64($0.count)] } }
}

extension LatencyRecord: Codable {
    private enum CodingKeys: String, CodingKey { case isCoarse, pairs }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(isCoarse: try container.decode(Bool.self, forKey: .isCoarse))
        for pair in try container.decode([[UInt64]].self, forKey: .pairs) {
            guard pair.count == 2, pair[0] <= Self.greatest * 2 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .pairs,
                    in: container,
                    debugDescription: "no histogram"
                )
            }
            histogram.record(pair[0], count: pair[1])
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(histogram.numberOfSignificantValueDigits == .two, forKey: .isCoarse)
        try container.encode(pairs, forKey: .pairs)
    }
}
