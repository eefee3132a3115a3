internal import Transport

/// The outboxes to the coordinators that ask, opened when first needed.
actor ReplyOutboxes {
    /// More coordinators than this do not exist; the bound keeps a confused peer from opening sockets.
    private static let limit = 64

    private let post: any Post
    private var outboxes: [String: any Outbox] = [:]

    /// Begins without any.
    ///
    /// - Parameter post: where outboxes are opened.
    init(post: any Post) { self.post = post }

    /// The outbox to an address.
    ///
    /// - Parameter address: the peer's inbox.
    /// - Returns: its outbox.
    /// - Throws: an error of the address, or `overloaded` when there are too many.
    func outbox(to address: String) async throws(TransportError) -> any Outbox {
        if let known = outboxes[address] { return known }
        guard outboxes.count < Self.limit else {
            throw TransportError(.overloaded, "There are too many coordinators.")
        }
        let opened = try await post.openOutbox(to: address)
        if let known = outboxes[address] {
            // Another message to the same coordinator opened one meanwhile.
            await opened.close()
            return known
        }
        outboxes[address] = opened
        return opened
    }
}
