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
        let fraction = Int(nanosecondOfDay / 100 % 10_000_000).padded(to: 7)
        return CalendarDate(daysSince1970: Int(days)).text + "T" + clock + "." + fraction + "Z"
    }

    /// The form of the header `Last-Modified`.
    package var header: String {
        let date = CalendarDate(daysSince1970: Int(days))
        let weekday = Self.weekdays[Int((days % 7 + 7) % 7)]
        let month = Self.months[date.month - 1]
        return "\(weekday), \(date.day.padded(to: 2)) \(month) \(date.year.padded(to: 4)) \(clock) GMT"
    }

    private var clock: String {
        let second = Int(nanosecondOfDay / 1_000_000_000)
        return [second / 3_600, second / 60 % 60, second % 60].map { $0.padded(to: 2) }.joined(separator: ":")
    }
}
