internal import NIOCore

/// What arrived on an event loop and waits for a task to take it.
///
/// The actor runs on the event loop itself, so that the channel's handler puts things in without
/// a lock and without a hop.
actor Inbox<Element: Sendable> {
    /// What happens when nobody takes what arrives.
    enum Overflow: Sendable {
        /// The producer looks at ``Inbox/isFull`` and stops reading.
        case producerWaits
        /// The oldest elements are dropped.
        case dropsOldest
    }

    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Result<Element?, MicroVMError>, Never>
        let timer: Scheduled<Void>?
    }

    private let eventLoop: any EventLoop
    private let capacity: Int
    private let cost: @Sendable (Element) -> Int
    private let overflow: Overflow
    /// What waits, from `first` on; what is before it has been taken.
    private var elements: [Element?] = []
    private var first = 0
    private var waitingCost = 0
    private var waiter: Waiter?
    private var tickets: UInt64 = 0
    private var isFinished = false
    private var onRoom: @Sendable () -> Void = {}

    nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

    /// Makes an empty inbox.
    ///
    /// - Parameters:
    ///   - eventLoop: the event loop of the producer.
    ///   - capacity: how much waits at most.
    ///   - overflow: what happens to more.
    ///   - cost: what an element counts; it is the same whenever it is asked for.
    init(
        on eventLoop: any EventLoop,
        capacity: Int,
        overflow: Overflow,
        cost: @escaping @Sendable (Element) -> Int = { _ in 1 }
    ) {
        self.eventLoop = eventLoop
        self.capacity = capacity
        self.cost = cost
        self.overflow = overflow
    }

    /// Whether the producer should wait.
    var isFull: Bool { waitingCost >= capacity }

    /// Says what to do when there is room again.
    ///
    /// - Parameter action: called on the event loop.
    func whenRoom(_ action: @escaping @Sendable () -> Void) { onRoom = action }

    /// Puts an element in.
    ///
    /// - Parameter element: what arrived.
    func put(_ element: Element) {
        guard !isFinished else { return }
        if let waiter {
            self.waiter = nil
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: .success(element))
            return
        }
        if overflow == .dropsOldest, isFull { _ = takeFirst() }
        elements.append(element)
        waitingCost += cost(element)
    }

    /// Says that nothing more comes; what has arrived can still be taken.
    func finish() {
        isFinished = true
        guard let waiter else { return }
        self.waiter = nil
        waiter.timer?.cancel()
        waiter.continuation.resume(returning: .success(nil))
    }

    /// Takes the next element; one task at a time.
    ///
    /// - Parameter deadline: when to give up; nil for a consumer whose work is to wait.
    /// - Returns: the element, or nil at the end.
    /// - Throws: `deadlineExceeded` or `cancelled`.
    func next(by deadline: ContinuousClock.Instant?) async throws(MicroVMError) -> Element? {
        let wasFull = isFull
        if let element = takeFirst() {
            // Only the step from full to not full: one read may have brought many times the capacity.
            if wasFull, !isFull { onRoom() }
            return element
        }
        guard !isFinished else { return nil }
        precondition(waiter == nil, "An inbox has one consumer at a time.")
        tickets += 1
        let ticket = tickets
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(ticket, until: deadline, continuation)
            }
        } onCancel: {
            eventLoop.execute {
                self.assumeIsolated { $0.giveUp(ticket, MicroVMError(.cancelled, "The wait was cancelled.")) }
            }
        }
        return try result.get()
    }

    private func takeFirst() -> Element? {
        guard first < elements.count, let element = elements[first] else { return nil }
        elements[first] = nil
        waitingCost -= cost(element)
        first += 1
        if first == elements.count {
            elements.removeAll(keepingCapacity: first <= 1_024)
            first = 0
        } else if first > 1_024, first > elements.count / 2 {
            elements.removeFirst(first)
            first = 0
        }
        return element
    }

    private func wait(
        _ ticket: UInt64,
        until deadline: ContinuousClock.Instant?,
        _ continuation: CheckedContinuation<Result<Element?, MicroVMError>, Never>
    ) {
        // Cancelled before the waiter existed: the handler has run in vain, or runs after this.
        guard !Task.isCancelled else {
            continuation.resume(returning: .failure(MicroVMError(.cancelled, "The wait was cancelled.")))
            return
        }
        let timer = deadline.map { deadline in
            eventLoop.scheduleTask(in: TimeAmount(until: deadline)) {
                self.assumeIsolated {
                    $0.giveUp(ticket, MicroVMError(.deadlineExceeded, "Nothing arrived in time."))
                }
            }
        }
        waiter = Waiter(ticket: ticket, continuation: continuation, timer: timer)
    }

    private func giveUp(_ ticket: UInt64, _ error: MicroVMError) {
        guard let waiter, waiter.ticket == ticket else { return }
        self.waiter = nil
        waiter.timer?.cancel()
        waiter.continuation.resume(returning: .failure(error))
    }
}
