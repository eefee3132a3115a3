/// What a pool's configuration has to be like, wherever it comes from.
extension PoolConfiguration {
    /// Checks every value against the bounds within which the product was built.
    ///
    /// - Returns: the configuration as it is.
    /// - Throws: `sessionRequestValidationFailed`, with a sentence that names the value and its bounds.
    package func validated() throws(Failure) -> Self {
        try check("memoryMiB", memoryMiB, in: 256...65_536)
        try check("virtualCPUs", virtualCPUs, in: 1...16)
        // The files live in the guest's memory: what is left has to carry the runtime.
        try check("diskMiB", diskMiB, in: 16...(memoryMiB / 2), because: "half of memoryMiB")
        try check("processes", processes, in: 32...4_096)
        try check("maxConcurrentSessions", maxConcurrentSessions, in: 1...100_000)
        try check("readySessions", readySessions, in: 0...maxConcurrentSessions, because: "all sessions")
        switch lifecycle {
        case .timed(let cooldown): try check("cooldownSeconds", cooldown, in: 1...604_800)
        case .onContainerExit(let maxAlive): try check("maxAliveSeconds", maxAlive, in: 1...604_800)
        }
        try check("timeoutSeconds", limits.timeout, in: 1...3_600)
        // The code goes to the guest in one frame of at most 10 MiB.
        try check("codeBytes", limits.codeBytes, in: 1...(8 << 20))
        // A session's journals hold 32 MiB together: an execution has half of it for its output.
        try check("outputBytes", limits.outputBytes, in: 0...(16 << 20))
        // A value's text and its JSON come in one frame of at most 10 MiB.
        try check("resultBytes", limits.resultBytes, in: 0...(4 << 20))
        try check("images", limits.images, in: 0...64)
        return self
    }

    private func check(
        _ name: String,
        _ value: Int,
        in range: ClosedRange<Int>,
        because reason: String? = nil
    ) throws(Failure) {
        guard !range.contains(value) else { return }
        throw Failure(
            .sessionRequestValidationFailed,
            "\(name) is \(value) and has to be from \(range.lowerBound) to \(range.upperBound)"
                + (reason.map { " (\($0))." } ?? ".")
        )
    }

    private func check(
        _ name: String,
        _ value: Duration,
        in range: ClosedRange<Int>
    ) throws(Failure) {
        let (seconds, attoseconds) = value.components
        try check(name, Int(seconds), in: range)
        guard attoseconds == 0 else {
            throw Failure(.sessionRequestValidationFailed, "\(name) has to be a whole number of seconds.")
        }
    }
}
