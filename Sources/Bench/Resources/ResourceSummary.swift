/// What the processes of a cluster took, as a document has it.
package struct ResourceSummary: Hashable, Sendable, Codable {
    /// One figure over time.
    package struct Line: Hashable, Sendable, Codable {
        /// Whose it is: `coordinator`, `workers`, `machines` (QEMU), `bench` (this program), `others`, `cluster`.
        let role: String
        /// What it is: `processor`, `memory` (private), `descriptors`, `processes`, `threads`, `files`.
        let measure: String
        /// `processors`, `bytes` or `count`.
        let unit: String
        /// The figures, one for each moment.
        let values: [Double]
        /// How much it rises in an hour, over all of the time.
        let slopePerHour: Double
        /// The same over the second half, when everything is warm.
        let slopePerHourSecondHalf: Double

        private enum CodingKeys: String, CodingKey {
            case role, measure, unit, values
            case slopePerHour = "slope_per_hour"
            case slopePerHourSecondHalf = "slope_per_hour_second_half"
        }
    }

    /// Whether it went on for so long that slopes say something: five minutes.
    var isLong: Bool { (seconds.last ?? 0) >= 300 }

    /// The moments, in seconds from the beginning.
    let seconds: [Double]
    /// The figures.
    let lines: [Line]
}

extension ResourceSummary.Line {
    /// Whether the figure is worth showing; what leaks is only seen over a long time.
    ///
    /// - Parameter isLong: whether it was looked at for long.
    /// - Returns: whether it is.
    func isTelling(inLongRun isLong: Bool) -> Bool {
        let isUsual = measure == "processor" || measure == "memory"
        return (isUsual || isLong && measure != "threads") && values.contains { $0 != 0 }
    }
}
