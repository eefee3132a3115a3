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
        let (year, month, day) = Self.date(afterDays: Int(days))
        let milliseconds = Int(rest)
        let date = [Self.digits(year, 4), Self.digits(month, 2), Self.digits(day, 2)]
        let clock = [
            Self.digits(milliseconds / 3_600_000, 2), Self.digits(milliseconds / 60_000 % 60, 2),
            Self.digits(milliseconds / 1_000 % 60, 2),
        ]
        text =
            date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "."
            + Self.digits(milliseconds % 1_000, 3) + "0000Z"
    }

    package var description: String { text }

    /// The date so many days after 1970-01-01, counted in eras of 400 years that begin in March.
    private static func date(afterDays days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
