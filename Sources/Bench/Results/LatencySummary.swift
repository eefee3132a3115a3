/// The usual figures of a distribution of times, in milliseconds.
package struct LatencySummary: Hashable, Sendable, Codable {
    /// How many times there are.
    package let count: Int
    /// The shortest.
    package let min: Double
    /// The median.
    package let p50: Double
    /// What nine of ten do not exceed.
    package let p90: Double
    /// What 99 of 100 do not exceed.
    package let p99: Double
    /// What 999 of 1000 do not exceed.
    package let p999: Double
    /// The longest.
    package let max: Double
    /// The mean.
    package let mean: Double
}
