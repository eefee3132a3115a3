/// A step on the way of a request whose time is measured.
package struct Stage: Hashable, Sendable, CustomStringConvertible {
    /// The stable name, as it appears in headers, logs and reports.
    package let name: String

    /// Where it stands in ``all``.
    fileprivate let place: Int

    private init(_ place: Int, _ name: String) { (self.place, self.name) = (place, name) }

    /// The coordinator found or chose the session's worker.
    package static let route = Self(0, "route")
    /// The worker made the sandbox, all of spawn, load and reseed together; absent for a live session.
    package static let allocate = Self(1, "allocate")
    /// QEMU was started, until its monitor answered.
    package static let spawn = Self(2, "spawn")
    /// The template's device state was loaded and the guest went on.
    package static let load = Self(3, "load")
    /// The guest took fresh entropy and the host's time.
    package static let reseed = Self(4, "reseed")
    /// The request waited for earlier executions of its session.
    package static let queue = Self(5, "queue")
    /// The execution, as seen from the worker: command sent until its end arrived.
    package static let run = Self(6, "run")
    /// The code itself, as measured inside the guest.
    package static let guest = Self(7, "guest")
    /// All that the worker did for the command.
    package static let worker = Self(8, "worker")

    /// All stages there are.
    package static let all: [Self] = [
        .route, .allocate, .spawn, .load, .reseed, .queue, .run, .guest, .worker,
    ]

    /// Finds a stage by its name.
    ///
    /// - Parameter name: a name as found in a message.
    /// - Returns: the stage, or nil when this version does not know it.
    package static func named(_ name: String) -> Self? { all.first { $0.name == name } }

    package var description: String { name }
}

/// How long the stages of one request took.
package struct StageTimings: Hashable, Sendable {
    private static let none = [Duration?](repeating: nil, count: Stage.all.count)

    // By place: every execution has several of these records, and nothing is hashed for them.
    private var durations = Self.none

    /// Makes an empty record.
    package init() {}

    /// The time of a stage; nil when it did not occur.
    ///
    /// - Parameter stage: the stage asked for.
    package subscript(stage: Stage) -> Duration? {
        get { durations[stage.place] }
        set { durations[stage.place] = newValue }
    }

    /// The stages that occurred, in the order of ``Stage/all``.
    package var recorded: [(stage: Stage, duration: Duration)] {
        zip(Stage.all, durations).compactMap { stage, duration in duration.map { (stage, $0) } }
    }

    /// Takes over the stages of another record; its values win.
    ///
    /// - Parameter other: the record to take over.
    package mutating func merge(_ other: StageTimings) {
        for (place, duration) in other.durations.enumerated() where duration != nil {
            durations[place] = duration
        }
    }
}
