/// Awaits `body` and sees to it that `body` ends when the deadline passes or the task is cancelled.
///
/// The only place where this target waits for the clock. It is structured: the watcher is a child of the
/// calling task, so cancelling that task wakes it at once, and it has ended when this function returns.
///
/// - Parameters:
///   - deadline: The point in time that ends the wait, or nil when only cancellation does.
///   - giveUp: Makes `body` return; called at most once with the reason, and also, without effect, after
///     `body` has returned by itself.
///   - body: Waits for what ends by itself or through `giveUp`.
/// - Returns: What `body` returns.
func awaiting<Outcome>(
    until deadline: ContinuousClock.Instant?,
    giveUp: @escaping @Sendable (TransportError) async -> Void,
    body: () async -> Outcome
) async -> Outcome {
    // Leaving the scope cancels the watcher and awaits its end.
    async let _: Void = watch(deadline, giveUp: giveUp)
    return await body()
}

private func watch(
    _ deadline: ContinuousClock.Instant?,
    giveUp: @Sendable (TransportError) async -> Void
) async {
    do {
        if let deadline {
            try await Task.sleep(until: deadline, clock: .continuous)
            await giveUp(TransportError(.timedOut, "The deadline passed."))
        } else {
            while true { try await Task.sleep(for: .seconds(86_400)) }
        }
    } catch {
        await giveUp(TransportError(.cancelled, "The task was cancelled."))
    }
}
