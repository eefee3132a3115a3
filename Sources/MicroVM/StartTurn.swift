/// One turn at the gate, ended once.
actor StartTurn {
    private let gate: StartGate
    private var hasEnded = false

    /// Waits for a turn.
    ///
    /// - Parameters:
    ///   - gate: the gate.
    ///   - urgency: whether a client waits.
    /// - Throws: `cancelled`.
    init(at gate: StartGate, _ urgency: StartUrgency) async throws(MicroVMError) {
        try await gate.enter(urgency)
        self.gate = gate
    }

    /// Lets the next one start; a second call does nothing.
    func end() async {
        guard !hasEnded else { return }
        hasEnded = true
        await gate.leave()
    }

    /// Runs `work`; the turn has ended when it returns or throws.
    ///
    /// - Parameter work: ends the turn itself as soon as its machine has started.
    /// - Returns: what `work` returned.
    /// - Throws: what `work` threw.
    nonisolated func ending<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        do {
            let value = try await work()
            await end()
            return value
        } catch {
            await end()
            throw error
        }
    }
}
