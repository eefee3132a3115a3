internal import NIOCore

extension TimeAmount {
    /// The time from now until an instant; none when it has passed.
    ///
    /// - Parameter deadline: the instant.
    init(until deadline: ContinuousClock.Instant) {
        let parts = (deadline - .now).components
        let nanoseconds = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !nanoseconds.overflow else {
            self = parts.seconds < 0 ? .nanoseconds(0) : .hours(24 * 365)
            return
        }
        self = .nanoseconds(max(0, nanoseconds.partialValue + parts.attoseconds / 1_000_000_000))
    }
}

extension EventLoopFuture where Value: Sendable {
    /// Waits for the value, but not for ever.
    ///
    /// - Parameters:
    ///   - deadline: when to give up.
    ///   - what: what is waited for, for the error's sentence.
    /// - Returns: the value.
    /// - Throws: the future's own error if it is a `MicroVMError`, `deadlineExceeded` or `cancelled`.
    func value(
        by deadline: ContinuousClock.Instant,
        _ what: @autoclosure @escaping @Sendable () -> String
    ) async throws(MicroVMError) -> Value {
        let first = eventLoop.makePromise(of: Value.self)
        let timer = eventLoop.scheduleTask(in: TimeAmount(until: deadline)) {
            first.fail(MicroVMError(.deadlineExceeded, "\(what()) took too long."))
        }
        whenComplete { result in
            timer.cancel()
            first.completeWith(result)
        }
        do {
            return try await withTaskCancellationHandler {
                try await first.futureResult.get()
            } onCancel: {
                first.fail(MicroVMError(.cancelled, "The wait was cancelled."))
            }
        } catch let error as MicroVMError {
            throw error
        } catch {
            throw MicroVMError(.machineDied, "\(what()) failed: \(error).")
        }
    }
}
