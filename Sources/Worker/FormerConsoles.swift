internal import Domain

/// The consoles of sessions that have ended, for whoever wants to know why: a few, and not for ever.
struct FormerConsoles: Sendable {
    /// How many are kept.
    static let countMax = 256
    /// How much is kept of each, in bytes.
    static let bytesMax = 16 << 10
    /// How long one is kept.
    static let age: Duration = .seconds(3_600)

    private struct Entry: Sendable {
        let session: SessionLife
        let text: [UInt8]
        let since: ContinuousClock.Instant
    }

    /// Oldest first.
    private var entries: [Entry] = []

    /// Keeps the end of a console.
    ///
    /// - Parameters:
    ///   - text: what the guest wrote, as UTF-8.
    ///   - session: its session.
    ///   - now: the present time.
    mutating func keep(_ text: [UInt8], of session: SessionLife, at now: ContinuousClock.Instant) {
        // It begins with a whole character.
        let end = Array(text.suffix(Self.bytesMax).drop { text.count > Self.bytesMax && $0 & 0xC0 == 0x80 })
        entries.append(Entry(session: session, text: end, since: now))
        expire(at: now)
    }

    /// A console that is kept.
    ///
    /// - Parameters:
    ///   - session: its session.
    ///   - now: the present time.
    /// - Returns: its end; nil when it is not kept any more.
    mutating func text(of session: SessionLife, at now: ContinuousClock.Instant) -> [UInt8]? {
        expire(at: now)
        return entries.last { $0.session == session }?.text
    }

    private mutating func expire(at now: ContinuousClock.Instant) {
        entries.removeFirst(max(0, entries.count - Self.countMax))
        entries.removeAll { $0.since.duration(to: now) > Self.age }
    }
}
