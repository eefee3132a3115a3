/// Takes what the tasks of a load measure, one operation after the other.
package actor Recorder {
    private var recording = Recording()

    /// Begins with nothing.
    package init() {}

    /// What was measured so far.
    package var current: Recording { recording }

    /// Adds an operation.
    func add(_ sample: Sample) { recording.add(sample) }

    /// Counts operations that should have begun and never did.
    func abandon(_ count: Int) {
        let sentence = "The open loop was more than \(Schedule.graceTime) behind: these never began."
        recording.add(BenchFailure(code: "NotBegun", status: nil, sentence), times: count)
    }

    /// What a person wants to see while it goes on.
    var glance: Glance {
        // The slot that is still being filled says nothing yet.
        let whole = recording.timeline.slots.dropLast().last
        return Glance(
            succeeded: recording.succeeded,
            failed: recording.failed,
            rate: whole.map { Double($0.succeeded) / Double(recording.timeline.secondsPerSlot) },
            p50: recording.latency.milliseconds(at: 50),
            p99: recording.latency.milliseconds(at: 99),
            seconds: recording.seconds
        )
    }
}

/// How far a measurement is.
package struct Glance: Hashable, Sendable, Codable {
    /// How many operations succeeded.
    package var succeeded = 0
    /// How many failed.
    package var failed = 0
    /// Operations that succeeded in the last whole second; nil before there is one.
    package var rate: Double?
    /// The median, in milliseconds.
    package var p50 = 0.0
    /// The 99th percentile, in milliseconds.
    package var p99 = 0.0
    /// When the last operation was over, in seconds.
    package var seconds = 0.0
}
