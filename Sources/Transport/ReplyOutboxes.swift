/// The outboxes to those who ask, opened when first needed.
package actor ReplyOutboxes {
    /// More of them than this do not ask at the same time.
    ///
    /// Beyond it the outbox that was used longest ago is closed: a node that restarts may come
    /// back with another address every time.
    package static let limit = 64

    private let post: any Post
    private var outboxes: [String: any Outbox] = [:]
    /// The addresses, the one that was used last at the end.
    private var order: [String] = []

    /// Begins without any.
    ///
    /// - Parameter post: where outboxes are opened.
    package init(post: any Post) { self.post = post }

    /// How many are open.
    package var count: Int { outboxes.count }

    /// The outbox to an address.
    ///
    /// - Parameter address: the peer's inbox.
    /// - Returns: its outbox.
    /// - Throws: an error of the address or of the system.
    package func outbox(to address: String) async throws(TransportError) -> any Outbox {
        if let known = use(address) { return known }
        let opened = try await post.openOutbox(to: address)
        if let known = use(address) {
            // Another message to the same node opened one meanwhile.
            await opened.close()
            return known
        }
        outboxes[address] = opened
        order.append(address)
        if order.count > Self.limit { await outboxes.removeValue(forKey: order.removeFirst())?.close() }
        return opened
    }

    private func use(_ address: String) -> (any Outbox)? {
        guard let known = outboxes[address] else { return nil }
        if order.last != address, let index = order.firstIndex(of: address) {
            order.append(order.remove(at: index))
        }
        return known
    }
}
