/// Hours of the day in which a pool keeps another number of sandboxes ready.
package struct ReadyHours: Hashable, Sendable {
    /// The first hour, 0 to 23, UTC.
    package var fromHour: Int
    /// The hour at which it ends, 1 to 24, UTC; below the first one it ends on the next day.
    package var toHour: Int
    /// How many sandboxes are kept ready meanwhile.
    package var readySessions: Int

    /// Makes an entry of a schedule.
    ///
    /// - Parameters:
    ///   - fromHour: the first hour, 0 to 23, UTC.
    ///   - toHour: the hour at which it ends, 1 to 24, UTC.
    ///   - readySessions: how many sandboxes are kept ready meanwhile.
    package init(fromHour: Int, toHour: Int, readySessions: Int) {
        self.fromHour = fromHour
        self.toHour = toHour
        self.readySessions = readySessions
    }

    /// Whether an hour of the day belongs to these.
    ///
    /// - Parameter hour: the hour, 0 to 23, UTC.
    /// - Returns: whether it does.
    package func contains(_ hour: Int) -> Bool {
        fromHour < toHour ? (fromHour..<toHour).contains(hour) : hour >= fromHour || hour < toHour
    }
}

extension PoolConfiguration {
    /// How many sandboxes are kept ready at a time of the day.
    ///
    /// - Parameter hour: the hour, 0 to 23, UTC.
    /// - Returns: what the first fitting entry of the schedule says, else the pool's own number.
    package func readySessions(atHour hour: Int) -> Int {
        readySchedule.first { $0.contains(hour) }?.readySessions ?? readySessions
    }
}
