import Dispatch
import Synchronization

/// Calls somebody at a deadline, unless that is called off before.
///
/// Nearly every wait ends long before its deadline. A `Task.sleep` that is cancelled stays with the system until
/// its time comes, so a process that answers thousands of questions a second would keep all their deadlines of the
/// last minutes; an alarm that is called off is gone at once.
package final class AlarmClock: Sendable {
    /// The clock of this process.
    package static let shared = AlarmClock()

    /// An alarm that was set.
    package struct Alarm: Sendable {
        fileprivate let place: AlarmList.Place
    }

    private struct State {
        var alarms = AlarmList()
        /// When the queue looks next; nil when it does not.
        var nextLook: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "cloister.alarms")

    private init() {}

    /// Sets an alarm.
    ///
    /// - Parameters:
    ///   - deadline: when to ring; at once when it has passed.
    ///   - action: what to do then, on a thread of the clock's: quickly and without waiting.
    /// - Returns: the alarm, for ``callOff(_:)``.
    package func set(
        for deadline: ContinuousClock.Instant,
        _ action: @escaping @Sendable () -> Void
    ) -> Alarm {
        let (place, mustLook) = state.withLock { state in
            let place = state.alarms.add(deadline, action)
            guard state.nextLook.map({ deadline < $0 }) ?? true else { return (place, false) }
            state.nextLook = deadline
            return (place, true)
        }
        if mustLook { look(at: deadline) }
        return Alarm(place: place)
    }

    /// Lets an alarm not ring; one that rings at this very moment, or has rung, is left alone.
    ///
    /// - Parameter alarm: the alarm.
    package func callOff(_ alarm: Alarm) {
        state.withLock { $0.alarms.remove(alarm.place) }
    }

    /// Sleeps until a deadline.
    ///
    /// - Parameter deadline: when to go on; at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled; nothing is left of the alarm then.
    package func sleep(until deadline: ContinuousClock.Instant) async throws {
        await Wakeup().wait(until: deadline)
        try Task.checkCancellation()
    }

    private func look(at time: ContinuousClock.Instant) {
        let pause = max(ContinuousClock.now.duration(to: time), .zero)
        queue.asyncAfter(deadline: .now() + .nanoseconds(pause.wholeNanoseconds)) { [self] in ring(at: time) }
    }

    private func ring(at time: ContinuousClock.Instant) {
        let (due, next) = state.withLock { state in
            let due = state.alarms.takeDue(at: .now)
            // Another look than the one that was ordered last is followed by none.
            guard state.nextLook == time else { return (due, ContinuousClock.Instant?.none) }
            state.nextLook = state.alarms.first
            return (due, state.nextLook)
        }
        for action in due { action() }
        if let next { look(at: next) }
    }
}

extension Duration {
    /// Whole nanoseconds, rounded up, a day at most: who waits longer looks again.
    fileprivate var wholeNanoseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 86_400 else { return 86_400_000_000_000 }
        return Int(seconds) * 1_000_000_000 + Int((attoseconds + 999_999_999) / 1_000_000_000)
    }
}

/// Alarms in the order of their deadlines.
struct AlarmList: Sendable {
    /// Where an alarm stands.
    struct Place: Sendable, Comparable {
        let deadline: ContinuousClock.Instant
        let number: UInt64

        static func < (first: Self, second: Self) -> Bool {
            first.deadline == second.deadline
                ? first.number < second.number : first.deadline < second.deadline
        }
    }

    private var entries: [(place: Place, action: @Sendable () -> Void)] = []
    private var nextNumber: UInt64 = 0

    /// The earliest deadline.
    var first: ContinuousClock.Instant? { entries.last?.place.deadline }

    /// How many there are.
    var count: Int { entries.count }

    mutating func add(_ deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) -> Place
    {
        let place = Place(deadline: deadline, number: nextNumber)
        nextNumber += 1
        entries.insert((place, action), at: index(of: place))
        return place
    }

    mutating func remove(_ place: Place) {
        let index = index(of: place)
        if index < entries.count, entries[index].place == place { entries.remove(at: index) }
    }

    /// Takes out the alarms whose time has come, the earliest first.
    mutating func takeDue(at now: ContinuousClock.Instant) -> [@Sendable () -> Void] {
        var due: [@Sendable () -> Void] = []
        while let last = entries.last, last.place.deadline <= now {
            due.append(last.action)
            entries.removeLast()
        }
        return due
    }

    /// Where a place is or would be: the latest deadlines come first, so that the earliest goes without a move.
    private func index(of place: Place) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].place > place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
