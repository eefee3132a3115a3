/// When a file was changed, in the two spellings of HTTP.
package struct FileTime: Hashable, Sendable {
    private static let nanosecondsPerDay: Int64 = 86_400_000_000_000
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    private let days: Int64
    private let nanosecondOfDay: Int64

    /// Takes a time.
    ///
    /// - Parameter nanoseconds: nanoseconds since 1970 UTC; the years 1677 to 2262.
    package init(nanoseconds: Int64) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: Self.nanosecondsPerDay)
        days = remainder < 0 ? quotient - 1 : quotient
        nanosecondOfDay = remainder < 0 ? remainder + Self.nanosecondsPerDay : remainder
    }

    /// RFC 3339 in UTC with seven digits behind the point, as Azure has it.
    package var timestamp: String {
        let (year, month, day) = date
        return Self.digits(year, 4) + "-" + Self.digits(month, 2) + "-" + Self.digits(day, 2) + "T" + clock
            + "." + Self.digits(nanosecondOfDay / 100 % 10_000_000, 7) + "Z"
    }

    /// The form of the header `Last-Modified`.
    package var header: String {
        let (year, month, day) = date
        let weekday = Self.weekdays[Int((days % 7 + 7) % 7)]
        return
            "\(weekday), \(Self.digits(day, 2)) \(Self.months[Int(month) - 1]) \(Self.digits(year, 4)) \(clock) GMT"
    }

    private var clock: String {
        let second = nanosecondOfDay / 1_000_000_000
        return [second / 3_600, second / 60 % 60, second % 60].map { Self.digits($0, 2) }.joined(
            separator: ":"
        )
    }

    /// The date in the Gregorian calendar, counted in eras of 400 years that begin on the first of March.
    private var date: (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
