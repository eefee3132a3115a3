internal import Domain

/// How far a worker is in its membership; only who drains may go back to serving, a life that was lost stays so.
package enum MemberStatus: Int, Hashable, Sendable, Comparable {
    /// It announced itself and was called, but has not told its sessions yet.
    case joining
    /// It takes new sessions.
    case serving
    /// It takes no new sessions; its own run out.
    case draining

    package static func < (earlier: Self, later: Self) -> Bool { earlier.rawValue < later.rawValue }
}

/// What is known of a worker's present life.
struct Member: Sendable {
    let life: WorkerLife
    let address: String
    private(set) var status: MemberStatus = .joining
    var capacity: WorkerCapacity
    /// When it was last heard: its announcement, then its answers.
    private(set) var heardAt: Duration
    private(set) var isSuspected = false
    /// The sessions that it says it has.
    private(set) var sessionCount = 0
    private var nextPingAt: Duration
    private var pingCount: UInt64 = 0
    private var endedTaken: UInt64 = 0
    /// The ends that were taken over but are not written yet, by their numbers.
    private var unwritten: [SessionLife: UInt64] = [:]
    private var misses = 0
    private var isLinkBroken = false
    /// Whether it says that it takes new sessions.
    private(set) var isAccepting = true
    private var wasDrainedTold = false
    /// When it gave the last of its answers that have arrived, by its own clock.
    private var answeredAt: Duration?
    private var hasBeenAnswered = false
    /// Whether it has a lease: since the first ping was answered that gave it one.
    private(set) var hasLease = false
    private var wasGivenLease = false

    init(_ announcement: WorkerAnnouncement, at now: Duration) {
        life = announcement.life
        address = announcement.address
        capacity = announcement.capacity
        heardAt = now
        nextPingAt = now
    }

    mutating func serve(at now: Duration) {
        precondition(status == .joining, "A life joins once.")
        status = .serving
        heardAt = now
        nextPingAt = now
    }

    mutating func drain() { status = max(status, .draining) }

    mutating func undrain() {
        if status == .draining { status = .serving }
        wasDrainedTold = false
    }

    /// Whether it answers, be it full or to be drained or not.
    func isReachable(missesUntilUnhealthy: Int) -> Bool {
        status > .joining && hasLease && !isLinkBroken && !isSuspected && misses < missesUntilUnhealthy
    }

    /// Says that it is drained, one single time.
    mutating func tellDrained() -> Bool {
        defer { wasDrainedTold = status == .draining }
        return status == .draining && !wasDrainedTold
    }

    mutating func miss() { misses += 1 }

    mutating func breakLink() { isLinkBroken = true }

    /// It refused a session although it had room by our count; its next answer tells more.
    mutating func refuseUntilNextAnswer() { isAccepting = false }

    mutating func suspect() { isSuspected = true }

    /// Takes over an answer and returns the ends of sessions that are news.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - now: the present time.
    ///   - isWrittenLater: whether the worker must keep the ends until ``written(_:)``.
    /// - Returns: the ends that are news.
    mutating func take(
        _ answer: PingAnswer,
        at now: Duration,
        isWrittenLater: Bool = false
    ) -> [SessionEnd] {
        heardAt = max(heardAt, now)
        misses = 0
        hasBeenAnswered = true
        if let sentAt = answer.sentAt { answeredAt = max(answeredAt ?? sentAt, sentAt) }
        hasLease = hasLease || wasGivenLease
        isLinkBroken = false
        isSuspected = false
        isAccepting = answer.isAccepting
        capacity = answer.capacity
        sessionCount = answer.sessionCount
        let news = answer.ended.filter { $0.number > endedTaken }
        endedTaken = max(endedTaken, answer.ended.map(\.number).max() ?? 0)
        if isWrittenLater { for end in news { unwritten[end.session] = end.number } }
        return news
    }

    /// The end of a session is where all coordinators find it; the worker may forget it.
    mutating func written(_ session: SessionLife) { unwritten[session] = nil }

    private var endedAcknowledged: UInt64 { unwritten.values.min().map { $0 - 1 } ?? endedTaken }

    private func lease(at now: Duration, times: LeaseTimes) -> Duration {
        guard wasGivenLease else { return .zero }
        return answeredAt == nil ? max(.zero, times.workerFence - (now - heardAt)) : times.workerFence
    }

    /// The next ping, if it is time for it; the one that gives the first lease follows the first answer at once.
    ///
    /// - Parameters:
    ///   - now: the present time.
    ///   - times: the lengths of leases.
    ///   - mayBegin: whether the first lease may be given.
    /// - Returns: the ping; nil when it is not time for it.
    mutating func pingIfDue(at now: Duration, times: LeaseTimes, mayBegin: Bool) -> Ping? {
        let isFirstLease = mayBegin && hasBeenAnswered && !wasGivenLease
        guard status > .joining, now >= nextPingAt || isFirstLease else { return nil }
        nextPingAt = now + times.pingInterval
        pingCount += 1
        if isFirstLease { wasGivenLease = true }
        return Ping(
            number: pingCount,
            lease: lease(at: now, times: times),
            since: answeredAt,
            endedAcknowledged: endedAcknowledged
        )
    }
}
