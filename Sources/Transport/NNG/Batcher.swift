import Synchronization

/// Lets messages that are ready at the same time travel together.
///
/// Who comes first leads: it lets the tasks run that can, and then sends what has come meanwhile. Under load a
/// batch grows to what one turn of all tasks brings, and its answers come together again; without load the leader
/// is alone and sends at once. Nobody waits here for the peer, so there is nothing to cancel.
final class Batcher: Sendable {
    /// What becomes of a message that waits for its batch.
    private enum Verdict {
        /// It is sent.
        case sent
        /// It was not sent.
        case notSent
        /// It is its turn to lead.
        case leads
    }

    private struct Follower {
        let message: [UInt8]
        let waiting: CheckedContinuation<Verdict, Never>
    }

    private struct State {
        var isLed = false
        var followers: [Follower] = []
        var lastBatch = ContinuousClock.now

        mutating func beginsToLead() -> Bool {
            defer { isLed = true }
            return !isLed
        }

        /// Takes out those whose messages fit into a batch with the leader's.
        mutating func takeFollowers(of message: [UInt8]) -> [Follower] {
            var room = Batch.bytesMax - message.count
            let fitting = followers.prefix(Batch.messagesMax - 1).prefix { follower in
                room -= follower.message.count
                return room >= 0
            }
            followers.removeFirst(fitting.count)
            return Array(fitting)
        }

        /// Ends a batch; whoever waits first leads the next, unless the line is blocked: then nobody waits here.
        mutating func handOver(_ isSent: Bool) -> (next: Follower?, left: [Follower]) {
            lastBatch = .now
            defer { if !isSent { followers = [] } }
            isLed = isSent && !followers.isEmpty
            return isSent ? (isLed ? followers.removeFirst() : nil, []) : (nil, followers)
        }
    }

    /// When the last batch is longer ago than this, there is no load and nobody is waited for.
    private static let lull: Duration = .microseconds(500)

    private let state = Mutex(State())

    /// Sends a message, together with others or alone.
    ///
    /// - Parameters:
    ///   - message: The message, no longer than a batch.
    ///   - deliver: Sends a batch, within moments or not at all, and returns whether it did.
    /// - Returns: Whether it was sent.
    func send(_ message: [UInt8], by deliver: ([UInt8]) async -> Bool) async -> Bool {
        switch await turn(of: message) {
        case .sent: true
        case .notSent: false
        case .leads: await lead(message, by: deliver)
        }
    }

    private func turn(of message: [UInt8]) async -> Verdict {
        if state.withLock({ $0.beginsToLead() }) { return .leads }
        return await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                if state.beginsToLead() { return true }
                state.followers.append(Follower(message: message, waiting: continuation))
                return false
            }
            if leads { continuation.resume(returning: .leads) }
        }
    }

    private func lead(_ message: [UInt8], by deliver: ([UInt8]) async -> Bool) async -> Bool {
        if state.withLock({ $0.lastBatch.duration(to: .now) < Self.lull }) { await Task.yield() }
        let followers = state.withLock { $0.takeFollowers(of: message) }
        let isSent = await deliver(Batch.joined([message] + followers.map(\.message)))
        let (next, left) = state.withLock { $0.handOver(isSent) }
        next?.waiting.resume(returning: .leads)
        for follower in followers { follower.waiting.resume(returning: isSent ? .sent : .notSent) }
        for follower in left { follower.waiting.resume(returning: .notSent) }
        return isSent
    }
}
