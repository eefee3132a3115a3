/// The state of one address in ``InMemoryTransport``; without waiting, so that it can be reasoned about.
struct Mailbox {
    typealias Receiver = CheckedContinuation<Result<[UInt8], TransportError>, Never>

    /// A send that waits until the mailbox takes its message.
    struct Sender {
        let outbox: ObjectIdentifier
        let bytes: [UInt8]
        let continuation: CheckedContinuation<Result<Void, TransportError>, Never>
    }

    /// Who goes on after ``settle(limit:)``.
    struct Steps {
        var accepted: [CheckedContinuation<Result<Void, TransportError>, Never>] = []
        var received: [(Receiver, [UInt8])] = []
    }

    var owner: ObjectIdentifier?
    var maximumMessageSize = Int.max
    var isAway = false
    var fate: @Sendable ([UInt8]) -> InMemoryTransport.Fate = { _ in .deliver }
    /// Waiting sends by their tickets; tickets grow.
    var senders: [Int: Sender] = [:]
    /// Waiting receives by their tickets; tickets grow.
    var receivers: [Int: Receiver] = [:]
    private(set) var lost = 0
    private var queue: [[UInt8]] = []
    private var held: [[UInt8]] = []

    /// Takes a message from a sender, whatever becomes of it.
    ///
    /// - Returns: False when the owner is away or there is no room: the sender waits.
    mutating func accept(_ bytes: [UInt8], limit: Int) -> Bool {
        guard owner != nil, !isAway, queue.count + held.count < limit else { return false }
        guard bytes.count <= maximumMessageSize else {
            lost += 1
            return true
        }
        switch fate(bytes) {
        case .deliver: queue.append(bytes)
        case .drop: lost += 1
        case .hold: held.append(bytes)
        }
        return true
    }

    /// Takes the oldest message out.
    mutating func takeMessage() -> [UInt8]? {
        queue.isEmpty ? nil : queue.removeFirst()
    }

    /// Puts the held messages into the queue.
    mutating func releaseHeld() {
        queue += held
        held = []
    }

    /// Loses the owner and what it had received.
    ///
    /// - Returns: Its receivers, which have nothing to wait for any more.
    mutating func die() -> [Receiver] {
        lost += queue.count + held.count
        (queue, held, owner) = ([], [], nil)
        defer { receivers = [:] }
        return Array(receivers.values)
    }

    /// Matches senders, queue and receivers, the oldest first.
    mutating func settle(limit: Int) -> Steps {
        var steps = Steps()
        var isMoving = true
        while isMoving {
            isMoving = false
            if let ticket = senders.keys.min(), let sender = senders[ticket],
                accept(sender.bytes, limit: limit)
            {
                senders[ticket] = nil
                steps.accepted.append(sender.continuation)
                isMoving = true
            }
            if !queue.isEmpty, let ticket = receivers.keys.min(), let receiver = receivers[ticket] {
                receivers[ticket] = nil
                steps.received.append((receiver, queue.removeFirst()))
                isMoving = true
            }
        }
        return steps
    }
}
