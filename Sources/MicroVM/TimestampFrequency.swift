internal import CLinux
internal import Glibc

/// The frequency of the processor's time stamp counter.
enum TimestampFrequency {
    private struct Reading {
        let ticks: UInt64
        let nanoseconds: UInt64
    }

    /// Measures it against the clock, over three windows of which the middle result counts.
    ///
    /// - Returns: the frequency in kHz; 0 where the processor has no such counter.
    /// - Throws: `cancelled`.
    static func measureKilohertz() async throws(MicroVMError) -> UInt64 {
        guard cloister_timestamp_counter() != 0 else { return 0 }
        var results: [UInt64] = []
        for _ in 0..<3 {
            let start = reading()
            do {
                try await Task.sleep(for: .milliseconds(40))
            } catch {
                throw MicroVMError(.cancelled, "The measuring of the clock was cancelled.")
            }
            let end = reading()
            let ticks = Double(end.ticks &- start.ticks)
            results.append(UInt64((ticks * 1e6 / Double(end.nanoseconds - start.nanoseconds)).rounded()))
        }
        return results.sorted()[1]
    }

    /// The frequency, measured once in a boot of the host: it is part of every template's description,
    /// and a second measurement could differ in the last digit.
    ///
    /// - Parameters:
    ///   - cacheDirectory: where the result is kept.
    ///   - bootIdentifier: names this boot of the host.
    /// - Returns: the frequency in kHz.
    /// - Throws: `cancelled`, or `systemCall` when the result cannot be kept.
    static func kilohertz(
        cacheDirectory: String,
        bootIdentifier: String
    ) async throws(MicroVMError) -> UInt64 {
        let path = cacheDirectory + "/timestamp-frequency"
        let lock = try await FileLock.exclusive(path + ".lock", by: .now + .seconds(30))
        defer { withExtendedLifetime(lock) {} }
        if let lines = TextFile.read(path)?.split(separator: "\n"), lines.count == 2,
            lines[0] == bootIdentifier, let known = UInt64(lines[1])
        {
            return rounded(known)
        }
        let measured = rounded(try await measureKilohertz())
        try TextFile.write("\(bootIdentifier)\n\(measured)\n", to: path)
        return measured
    }

    /// Hosts of one kind differ in the last digits, and a template is to be good for all of them: 20 millionths are
    /// less than their quartzes differ.
    private static func rounded(_ kilohertz: UInt64) -> UInt64 { (kilohertz + 50) / 100 * 100 }

    /// Counter and clock at one moment: the pair, of sixteen, that took least time to read.
    private static func reading() -> Reading {
        var best = Reading(ticks: 0, nanoseconds: 0)
        var least = UInt64.max
        for _ in 0..<16 {
            let before = cloister_timestamp_counter()
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC_RAW, &time)
            let after = cloister_timestamp_counter()
            guard after - before < least else { continue }
            least = after - before
            best = Reading(
                ticks: before + (after - before) / 2,
                nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
            )
        }
        return best
    }
}
