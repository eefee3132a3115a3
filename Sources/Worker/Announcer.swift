internal import Domain
internal import Logging
internal import Transport
internal import Wire

/// Says "here I am" to the coordinators for as long as not all of them call.
struct Announcer: Sendable {
    /// How often, and after how long a silence.
    private static let interval: Duration = .milliseconds(500)

    let node: WorkerNode
    let address: String
    let coordinators: [String]
    let post: any Post
    let key: ClusterKey
    let logger: Logger

    /// Announces until cancelled.
    ///
    /// - Throws: an error when a coordinator's address cannot be used.
    func run() async throws {
        var outboxes: [any Outbox] = []
        for coordinator in coordinators { outboxes.append(try await post.openOutbox(to: coordinator)) }
        while !Task.isCancelled {
            if let announcement = await node.announcement(
                address: address,
                unlessCalledBy: coordinators.count,
                afterSilenceOf: Self.interval * 2
            ) {
                for outbox in outboxes { await announce(announcement, to: outbox) }
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func announce(_ announcement: Announcement, to outbox: any Outbox) async {
        do {
            let bytes = try Envelope(
                addressee: nil,
                sender: node.incarnation,
                number: 0,
                timeLeft: Self.interval,
                content: .announcement(announcement)
            ).encoded(key: key)
            try await outbox.send(bytes, timeout: Self.interval)
        } catch {
            // A coordinator that is away is the rule when a cluster starts; the next round tries again.
            logger.debug("no coordinator at \(outbox.address)", metadata: ["error": "\(error)"])
        }
    }
}
