import ClusterState

/// What a simulated cluster is like.
struct SimulationSettings {
    var seed: UInt64
    /// Whether coordinators share a directory; otherwise there is one that is alone.
    var isShared = true
    var coordinatorCount = 3
    var workerCount = 5
    var capacity = 5
    var keyCount = 20
    /// The pool's `maxConcurrentSessions`.
    var most = 15
    /// All times of failure detection, network and faults are this many times as long as in the product.
    var scale = 1
    /// How long faults happen, in unscaled seconds.
    var seconds = 300
    /// The mean time between two requests, and between two faults, in unscaled milliseconds.
    var requestInterval = 60
    var faultInterval = 1_500
    /// How many of a thousand messages are lost; how many of those cut off arrive late, after the cut.
    var losses = 5
    var lateOnes = 300
    /// By how many millionths clocks differ at most.
    var drift = 1_000

    /// How many events are told of a run in which a rule was broken.
    var historyCount = 50

    /// A number of microseconds from unscaled milliseconds.
    func scaled(_ milliseconds: Int) -> Int { milliseconds * 1_000 * scale }

    var cluster: ClusterConfiguration {
        ClusterConfiguration(
            times: LeaseTimes(
                pingInterval: .milliseconds(500 * scale),
                lease: .seconds(5 * scale),
                fencingMargin: .milliseconds(500 * scale)
            ),
            placingTime: .seconds(8 * scale),
            stopInterval: .seconds(2 * scale)
        )
    }
}

extension SimulationSettings {
    /// A day of a large cluster; its times are longer than the product's, in the same proportions.
    static func day(seed: UInt64) -> Self {
        Self(
            seed: seed,
            workerCount: 100,
            capacity: 30,
            keyCount: 10_000,
            most: 2_000,
            scale: 480,
            seconds: 180,
            requestInterval: 6,
            faultInterval: 500
        )
    }
}
