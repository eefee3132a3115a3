import Synchronization

/// The operations of one socket: reused, bounded in number, and awaited before the socket closes.
///
/// They are reused because freeing one depends on the library's only reaper thread.
final class OperationPool: Sendable {
    private struct State {
        var idle: [Operation] = []
        var busy: [ObjectIdentifier: Operation] = [:]
        var taken = 0
        var isShut = false
        var drainers: [CheckedContinuation<Void, Never>] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Creates an empty pool.
    ///
    /// - Parameter limit: How many operations may run at the same time.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether nothing may start any more.
    var isShut: Bool { state.withLock { $0.isShut } }

    /// Runs `body` with an operation that nobody else uses meanwhile.
    ///
    /// - Parameter body: Uses the operation.
    /// - Returns: What `body` returns.
    /// - Throws: ``TransportError/Code/closed``, ``TransportError/Code/overloaded``, or what `body` throws.
    func withOperation<Value>(
        _ body: (Operation) async throws(TransportError) -> Value
    ) async throws(TransportError) -> Value {
        let operation = try take()
        defer { giveBack(operation) }
        return try await body(operation)
    }

    /// Lets nothing start any more and cancels what runs.
    func shut() {
        let running = state.withLock { state in
            state.isShut = true
            return Array(state.busy.values)
        }
        for operation in running { operation.cancel() }
    }

    /// Lets nothing start any more, cancels what runs and waits for its end.
    func drain() async {
        shut()
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                let isEmpty = state.taken == 0
                if !isEmpty { state.drainers.append(continuation) }
                return isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    /// Frees all operations and waits until the library has let go of them; none may be running.
    ///
    /// Blocks, so it is for a thread that may.
    func free() {
        let idle = state.withLock { state in
            state.isShut = true
            defer { state.idle = [] }
            return state.idle
        }
        for operation in idle { operation.free() }
    }

    private func take() throws(TransportError) -> Operation {
        let idle = try claim()
        let operation: Operation
        if let idle {
            operation = idle
        } else {
            do throws(TransportError) {
                operation = try Operation()
            } catch {
                giveBack(nil)
                throw error
            }
        }
        let isTooLate = state.withLock { state in
            state.busy[ObjectIdentifier(operation)] = operation
            return state.isShut
        }
        // Drained between the two locks: the drain waits for this operation but could not see it.
        if isTooLate { operation.cancel() }
        return operation
    }

    /// Counts one more operation as taken, and hands out an idle one if there is.
    private func claim() throws(TransportError) -> Operation? {
        let outcome: Result<Operation?, TransportError> = state.withLock { state in
            guard !state.isShut else { return .failure(TransportError(.closed, "The outbox is closed.")) }
            guard state.taken < limit else {
                let error = TransportError(.overloaded, "\(limit) operations wait at this socket already.")
                return .failure(error)
            }
            state.taken += 1
            return .success(state.idle.popLast())
        }
        return try outcome.get()
    }

    private func giveBack(_ operation: Operation?) {
        let drainers = state.withLock { state in
            state.taken -= 1
            if let operation {
                state.busy[ObjectIdentifier(operation)] = nil
                state.idle.append(operation)
            }
            return state.isShut && state.taken == 0 ? state.drainers.takeAll() : []
        }
        for drainer in drainers { drainer.resume() }
    }
}

extension Array {
    fileprivate mutating func takeAll() -> [Element] {
        defer { removeAll() }
        return self
    }
}
