internal import Domain

/// The files of a session that are open for clients.
///
/// Their number has a bound, and none stays open whose client went away. The time is passed in.
package struct OpenTransfers<Instant: InstantProtocol & Sendable>: Sendable
where Instant.Duration == Duration {
    private var lastUses: [UInt64: Instant] = [:]

    /// Begins without open files.
    package init() {}

    /// Whether no file is open.
    package var isEmpty: Bool { lastUses.isEmpty }

    /// When the next file has been silent for too long.
    package var nextExpiry: Instant? {
        lastUses.values.min()?.advanced(by: FileLimits.transferSilence)
    }

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - transfer: its number.
    ///   - now: the present time.
    /// - Returns: whether there was room for it.
    package mutating func open(_ transfer: UInt64, now: Instant) -> Bool {
        guard lastUses[transfer] == nil, lastUses.count < FileLimits.transfersPerSession else { return false }
        lastUses[transfer] = now
        return true
    }

    /// Notes a use.
    ///
    /// - Parameters:
    ///   - transfer: the file's number.
    ///   - now: the time of the use.
    /// - Returns: whether the file is open.
    package mutating func touch(_ transfer: UInt64, now: Instant) -> Bool {
        guard let last = lastUses[transfer] else { return false }
        lastUses[transfer] = max(last, now)
        return true
    }

    /// Closes a file.
    ///
    /// - Parameter transfer: the file's number; one that is not open is closed already.
    package mutating func close(_ transfer: UInt64) { lastUses[transfer] = nil }

    /// Closes the files that have been silent for too long.
    ///
    /// - Parameter now: the present time.
    /// - Returns: their numbers.
    package mutating func closeExpired(_ now: Instant) -> [UInt64] {
        let expired = lastUses.filter { $0.value.advanced(by: FileLimits.transferSilence) <= now }.keys
            .sorted()
        for transfer in expired { close(transfer) }
        return expired
    }
}
