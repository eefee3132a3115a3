internal import Glibc

/// The time of day, which the state machines are given and never read by themselves.
package enum WallClock {
    /// Milliseconds since 1970 UTC.
    package static var milliseconds: UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return UInt64(now.tv_sec) * 1_000 + UInt64(now.tv_nsec) / 1_000_000
    }

    /// The hour of the day, 0 to 23, UTC.
    static var hour: Int { Int(milliseconds / 3_600_000 % 24) }
}
