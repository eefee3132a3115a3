/// Lets a few machines start at once and the others wait in order.
///
/// A start keeps a processor busy for about a quarter of a second: more at once only makes each slower.
actor StartGate {
    private struct Waiter {
        let ticket: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var free: Int
    private var waiters: [Waiter] = []
    private var tickets: UInt64 = 0

    /// Makes a gate.
    ///
    /// - Parameter count: how many may start at once.
    init(count: Int) { free = max(1, count) }

    /// How many wait.
    var waiting: Int { waiters.count }

    /// Waits for a turn; who got one has to call ``leave()``.
    ///
    /// - Throws: `cancelled`.
    func enter() async throws(MicroVMError) {
        if free > 0 {
            free -= 1
            return
        }
        tickets += 1
        let ticket = tickets
        let isAdmitted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: false)
                } else {
                    waiters.append(Waiter(ticket: ticket, continuation: continuation))
                }
            }
        } onCancel: {
            Task { await self.withdraw(ticket) }
        }
        guard isAdmitted else { throw MicroVMError(.cancelled, "The wait for a start was cancelled.") }
    }

    /// Ends a turn.
    func leave() {
        if waiters.isEmpty {
            free += 1
        } else {
            waiters.removeFirst().continuation.resume(returning: true)
        }
    }

    private func withdraw(_ ticket: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiters.remove(at: index).continuation.resume(returning: false)
    }
}
