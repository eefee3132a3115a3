internal import Domain
internal import Logging
internal import Transport
internal import Wire

/// Says "here I am" to the coordinators for as long as not all of them call, also to those that others told of.
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
        var outboxes: [String: any Outbox] = [:]
        for coordinator in coordinators { outboxes[coordinator] = try await post.openOutbox(to: coordinator) }
        while !Task.isCancelled {
            if let (announcement, places) = await node.announcement(
                address: address,
                unlessCalledBy: coordinators,
                afterSilenceOf: Self.interval * 2
            ) {
                for (place, outbox) in outboxes where !places.contains(place) {
                    outboxes[place] = nil
                    await outbox.close()
                }
                for place in places {
                    if outboxes[place] == nil { outboxes[place] = await openOutbox(to: place) }
                    if let outbox = outboxes[place] { await announce(announcement, to: outbox) }
                }
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Opens the line to a coordinator that another one told of; what it told may be of no use.
    private func openOutbox(to place: String) async -> (any Outbox)? {
        do {
            return try await post.openOutbox(to: place)
        } catch {
            logger.warning(
                "a coordinator's address cannot be used",
                metadata: ["address": "\(place)", "error": "\(error.message)"]
            )
            return nil
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
