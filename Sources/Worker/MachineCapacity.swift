package import Domain
internal import Glibc

/// How many sessions a machine can take, from its memory.
package enum MachineCapacity {
    /// What an idle session costs beyond what it shares with its template (measured: 36 MB private,
    /// design/microvm.md), with room for sessions that work; in bytes.
    private static let bytesPerSession = 128 << 20

    /// Estimates the capacity of a worker.
    ///
    /// - Parameter shares: how many workers share this machine.
    /// - Returns: the capacity of each; at least one session.
    package static func estimated(shares: Int) -> WorkerCapacity {
        let pages = max(0, sysconf(Int32(_SC_PHYS_PAGES)))
        let bytes = pages * max(0, sysconf(Int32(_SC_PAGESIZE)))
        return capacity(memoryBytes: bytes, shares: shares)
    }

    /// The rule behind ``estimated(shares:)``: four fifths of the memory, divided.
    ///
    /// - Parameters:
    ///   - memoryBytes: the machine's memory.
    ///   - shares: how many workers share it.
    /// - Returns: the capacity of each.
    static func capacity(memoryBytes: Int, shares: Int) -> WorkerCapacity {
        let sessions = max(1, memoryBytes / 5 * 4 / max(1, shares) / bytesPerSession)
        // All workers of one machine are alike; the ring needs only the proportion between machines,
        // in steps of 64 sessions.
        return WorkerCapacity(sessions: sessions, weight: (sessions + 32) / 64)
    }
}
