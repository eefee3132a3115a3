package import Domain
internal import Glibc

/// How many sessions a machine can take, from its memory and its processors.
package enum MachineCapacity {
    /// What an idle session costs beyond what it shares with its template (measured: 45 MB,
    /// docs/performance.md), in bytes.
    private static let idleBytes = 48 << 20
    /// What a session that works takes of its guest's memory on average, with its translated code: with
    /// 512 MiB that makes 128 MiB for a session.
    private static let workingShare = (part: 5, of: 32)
    /// How many sessions a processor carries: an idle one takes 0.4 % of it without KVM
    /// (docs/operations.md), and more than half is for those that work.
    private static let sessionsPerProcessor = 96

    /// Estimates the capacity of a worker.
    ///
    /// - Parameters:
    ///   - shares: how many workers share this machine.
    ///   - guestMemoryMiB: the memory of the largest guests that it is to run, in MiB.
    /// - Returns: the capacity of each; at least one session.
    package static func estimated(shares: Int, guestMemoryMiB: Int) -> WorkerCapacity {
        let pages = max(0, sysconf(Int32(_SC_PHYS_PAGES)))
        return capacity(
            memoryBytes: pages * max(0, sysconf(Int32(_SC_PAGESIZE))),
            processors: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            shares: shares,
            guestMemoryMiB: guestMemoryMiB
        )
    }

    /// The rule behind the estimate: four fifths of the memory, or what the processors carry.
    ///
    /// - Parameters:
    ///   - memoryBytes: the machine's memory.
    ///   - processors: its processors.
    ///   - shares: how many workers share it.
    ///   - guestMemoryMiB: the memory of the largest guests, in MiB.
    /// - Returns: the capacity of each.
    static func capacity(
        memoryBytes: Int,
        processors: Int,
        shares: Int,
        guestMemoryMiB: Int
    ) -> WorkerCapacity {
        let sessionBytes = idleBytes + (guestMemoryMiB << 20) / workingShare.of * workingShare.part
        let inMemory = memoryBytes / 5 * 4 / sessionBytes
        let onProcessors = processors * sessionsPerProcessor
        let sessions = max(1, min(inMemory, onProcessors) / max(1, shares))
        // All workers of one machine are alike; the ring needs only the proportion between machines,
        // in steps of 64 sessions.
        return WorkerCapacity(sessions: sessions, weight: (sessions + 32) / 64)
    }
}
