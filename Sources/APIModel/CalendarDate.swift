/// A day of the Gregorian calendar.
struct CalendarDate: Hashable, Sendable {
    /// The year.
    let year: Int
    /// The month, from 1 on.
    let month: Int
    /// The day of the month, from 1 on.
    let day: Int

    /// Finds a day, counted in eras of 400 years that begin on the first of March.
    ///
    /// - Parameter days: how many days after 1970-01-01; negative before.
    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    }

    /// The day as RFC 3339 has it.
    var text: String { "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))" }
}

extension Int {
    /// The number with zeroes before it.
    ///
    /// - Parameter count: how many digits there are at least.
    /// - Returns: the digits.
    func padded(to count: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: Swift.max(0, count - text.utf8.count)) + text
    }
}
