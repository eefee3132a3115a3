/// The in-memory twin of ``NNGTransport``: one object is the network of all parties that a test lets play.
///
/// It keeps the promises and the failures of the real post: a send to a peer that is away or full waits for
/// its time limit, a long message is dropped at the receiver, and what a dead peer had received is lost.
package actor InMemoryTransport: Post {
    /// The bounds of what may wait.
    package struct Limits: Sendable {
        /// How many messages one inbox keeps for its receivers; further sends wait for room.
        package var queuedMessages = 128
        /// How many sends may wait in one outbox; one more fails at once.
        package var waitingSends = 4_096
        /// How many receives may wait at one inbox; one more fails at once.
        package var waitingReceives = 64

        /// Creates the limits that the tests of the cluster use.
        package init() {}
    }

    /// What happens to a message that an inbox was sent.
    package enum Fate: Sendable {
        /// It arrives.
        case deliver
        /// It is lost, and the sender believes that it went.
        case drop
        /// It is on its way until ``InMemoryTransport/release(for:)``.
        case hold
    }

    private let limits: Limits
    private let policy: AddressPolicy
    private var mailboxes: [String: Mailbox] = [:]
    private var lastPort: UInt16 = 40_000
    private var lastTicket = 0
    private var waitingSends: [ObjectIdentifier: Int] = [:]

    /// Creates a network without inboxes.
    ///
    /// - Parameters:
    ///   - hasIdentity: Whether `tls+tcp` addresses can be used.
    ///   - limits: The bounds of what may wait.
    package init(hasIdentity: Bool = true, limits: Limits = Limits()) {
        self.limits = limits
        self.policy = AddressPolicy(hasIdentity: hasIdentity)
    }

    /// Opens an inbox.
    ///
    /// - Parameters:
    ///   - address: Where to listen; port 0 lets the network choose one.
    ///   - maximumMessageSize: A longer message is dropped.
    /// - Returns: The inbox.
    /// - Throws: An error of the address, or that somebody listens there.
    package func openInbox(
        at address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Inbox {
        precondition(maximumMessageSize > 0, "An inbox without size receives nothing.")
        var address = try policy.listening(at: address)
        if address.port == 0 {
            repeat {
                lastPort += 1
                address = address.with(port: lastPort)
            } while mailboxes[address.description]?.owner != nil
        }
        let name = address.description
        guard mailboxes[name]?.owner == nil else {
            throw TransportError(.addressInUse, "Somebody listens at \(name).")
        }
        let inbox = InMemoryInbox(address: name, network: self)
        mailboxes[name, default: Mailbox()].owner = ObjectIdentifier(inbox)
        mailboxes[name, default: Mailbox()].maximumMessageSize = maximumMessageSize
        settle(name)
        return inbox
    }

    /// Opens an outbox to one peer, which need not be there yet.
    ///
    /// - Parameters:
    ///   - address: The address of the peer's inbox.
    ///   - maximumMessageSize: A longer message is refused before it is sent.
    /// - Returns: The outbox.
    /// - Throws: An error of the address.
    package func openOutbox(
        to address: String,
        maximumMessageSize: Int
    ) async throws(TransportError) -> any Outbox {
        let address = try policy.sending(to: address)
        return InMemoryOutbox(
            address: address.description,
            maximumMessageSize: maximumMessageSize,
            network: self
        )
    }
}

extension InMemoryTransport {
    /// Cuts a peer off, or connects it again; sends wait meanwhile, and what it has received stays.
    ///
    /// - Parameters:
    ///   - isAway: Whether the peer cannot be reached.
    ///   - address: The address of its inbox.
    package func setAway(_ isAway: Bool, for address: String) {
        mailboxes[address, default: Mailbox()].isAway = isAway
        settle(address)
    }

    /// Decides from now on what happens to messages for a peer.
    ///
    /// - Parameters:
    ///   - address: The address of the peer's inbox.
    ///   - fate: Called once for each message that the connection takes; nil delivers everything.
    package func setFate(for address: String, _ fate: (@Sendable ([UInt8]) -> Fate)?) {
        mailboxes[address, default: Mailbox()].fate = fate ?? { _ in .deliver }
    }

    /// Lets the messages arrive that were held, in the order in which they were sent.
    ///
    /// - Parameter address: The address of the peer's inbox.
    package func release(for address: String) {
        mailboxes[address]?.releaseHeld()
        settle(address)
    }

    /// Lets a peer die: its receives fail, what it had received is lost, and its address is free.
    ///
    /// - Parameter address: The address of its inbox.
    package func kill(_ address: String) {
        let receivers = mailboxes[address]?.die() ?? []
        for receiver in receivers {
            receiver.resume(returning: .failure(TransportError(.closed, "The inbox at \(address) died.")))
        }
    }

    /// How many messages a peer's inbox never got to see: by their fate, by their size, or by its death.
    ///
    /// - Parameter address: The address of its inbox.
    /// - Returns: The number since the network was created.
    package func lostMessages(for address: String) -> Int { mailboxes[address]?.lost ?? 0 }
}

extension InMemoryTransport {
    /// Waits for a message; see ``Inbox/receive()``.
    func receive(for inbox: InMemoryInbox) async throws(TransportError) -> [UInt8] {
        let address = inbox.address
        guard !Task.isCancelled else { throw TransportError(.cancelled, "The task was cancelled.") }
        guard mailboxes[address]?.owner == ObjectIdentifier(inbox) else {
            throw TransportError(.closed, "The inbox at \(address) died.")
        }
        if let message = mailboxes[address]?.takeMessage() {
            settle(address)
            return message
        }
        guard (mailboxes[address]?.receivers.count ?? 0) < limits.waitingReceives else {
            throw TransportError(
                .overloaded,
                "\(limits.waitingReceives) receives wait at \(address) already."
            )
        }
        let ticket = nextTicket()
        let result = await awaiting(until: nil) { reason in
            await self.giveUpReceiving(ticket, at: address, because: reason)
        } body: {
            await withCheckedContinuation { mailboxes[address]?.receivers[ticket] = $0 }
        }
        return try result.get()
    }

    /// Sends a message; see ``Outbox/send(_:timeout:)``.
    func send(_ bytes: [UInt8], from outbox: InMemoryOutbox, timeout: Duration) async throws(TransportError) {
        let address = outbox.address
        guard !Task.isCancelled else { throw TransportError(.cancelled, "The task was cancelled.") }
        if mailboxes[address, default: Mailbox()].accept(bytes, limit: limits.queuedMessages) {
            settle(address)
            return
        }
        let key = ObjectIdentifier(outbox)
        guard waitingSends[key, default: 0] < limits.waitingSends else {
            throw TransportError(.overloaded, "\(limits.waitingSends) sends wait for \(address) already.")
        }
        guard timeout > .zero else { throw TransportError(.timedOut, "\(address) does not take messages.") }
        waitingSends[key, default: 0] += 1
        defer { waitingSends[key, default: 1] -= 1 }
        let ticket = nextTicket()
        let result = await awaiting(until: .now.advanced(by: timeout)) { reason in
            await self.giveUpSending(ticket, to: address, because: reason)
        } body: {
            await withCheckedContinuation {
                let sender = Mailbox.Sender(outbox: key, bytes: bytes, continuation: $0)
                mailboxes[address, default: Mailbox()].senders[ticket] = sender
            }
        }
        try result.get()
    }

    /// Ends the waiting sends of an outbox.
    func close(_ outbox: InMemoryOutbox) {
        let error = TransportError(.closed, "The outbox to \(outbox.address) was closed.")
        for (ticket, sender) in mailboxes[outbox.address]?.senders ?? [:]
        where sender.outbox == ObjectIdentifier(outbox) {
            mailboxes[outbox.address]?.senders[ticket] = nil
            sender.continuation.resume(returning: .failure(error))
        }
    }

    private func giveUpReceiving(_ ticket: Int, at address: String, because reason: TransportError) {
        mailboxes[address]?.receivers.removeValue(forKey: ticket)?.resume(returning: .failure(reason))
    }

    private func giveUpSending(_ ticket: Int, to address: String, because reason: TransportError) {
        let sender = mailboxes[address]?.senders.removeValue(forKey: ticket)
        sender?.continuation.resume(returning: .failure(reason))
    }

    private func nextTicket() -> Int {
        lastTicket += 1
        return lastTicket
    }

    /// Moves messages from senders to the queue and from the queue to receivers, for as long as it goes.
    private func settle(_ address: String) {
        guard var mailbox = mailboxes[address] else { return }
        let steps = mailbox.settle(limit: limits.queuedMessages)
        mailboxes[address] = mailbox
        for sender in steps.accepted { sender.resume(returning: .success(())) }
        for (receiver, message) in steps.received { receiver.resume(returning: .success(message)) }
    }
}
