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
    private var patientWaiters: [Waiter] = []
    private var tickets: UInt64 = 0

    /// Makes a gate.
    ///
    /// - Parameter count: how many may start at once.
    init(count: Int) { free = max(1, count) }

    /// How many wait.
    var waiting: Int { waiters.count + patientWaiters.count }

    /// Waits for a turn; who got one has to call ``leave()``.
    ///
    /// - Parameter urgency: whether a client waits; who is patient goes after all who are not.
    /// - Throws: `cancelled`.
    func enter(_ urgency: StartUrgency = .claim) async throws(MicroVMError) {
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
                    let waiter = Waiter(ticket: ticket, continuation: continuation)
                    if urgency == .claim { waiters.append(waiter) } else { patientWaiters.append(waiter) }
                }
            }
        } onCancel: {
            Task { await self.withdraw(ticket) }
        }
        guard isAdmitted else { throw MicroVMError(.cancelled, "The wait for a start was cancelled.") }
    }

    /// Ends a turn.
    func leave() {
        if !waiters.isEmpty {
            waiters.removeFirst().continuation.resume(returning: true)
        } else if !patientWaiters.isEmpty {
            patientWaiters.removeFirst().continuation.resume(returning: true)
        } else {
            free += 1
        }
    }

    private func withdraw(_ ticket: UInt64) {
        if let index = waiters.firstIndex(where: { $0.ticket == ticket }) {
            waiters.remove(at: index).continuation.resume(returning: false)
        } else if let index = patientWaiters.firstIndex(where: { $0.ticket == ticket }) {
            patientWaiters.remove(at: index).continuation.resume(returning: false)
        }
    }
}
