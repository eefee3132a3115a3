/// A time of day as text (RFC 3339, UTC, seven fractional digits as Azure writes them).
package struct Timestamp: Hashable, Sendable, CustomStringConvertible {
    private static let dayMilliseconds: UInt64 = 86_400_000
    /// The end of the year 9999; a later time has no text.
    private static let latest: UInt64 = 253_402_300_799_999

    /// The text, such as `2026-03-31T12:00:00.1230000Z`.
    package let text: String

    /// Writes a time.
    ///
    /// - Parameter epochMilliseconds: milliseconds since 1970; what is beyond the year 9999 is written as
    ///   its end.
    package init(epochMilliseconds: UInt64) {
        let time = min(epochMilliseconds, Self.latest)
        let (days, rest) = time.quotientAndRemainder(dividingBy: Self.dayMilliseconds)
        let milliseconds = Int(rest)
        let clock = [
            milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1_000 % 60,
        ].map { $0.padded(to: 2) }.joined(separator: ":")
        text =
            CalendarDate(daysSince1970: Int(days)).text + "T" + clock + "."
            + (milliseconds % 1_000).padded(to: 3) + "0000Z"
    }

    package var description: String { text }
}
