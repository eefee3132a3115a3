/// What is measured, how, and what must hold.
package struct BenchOptions: Sendable, Codable {
    /// What is measured.
    package var scenario: ScenarioName
    /// How load is made.
    package var plan: LoadPlan
    /// Over how many sessions executions are spread, where sessions are made beforehand.
    package var sessions: Int
    /// How large files are, in bytes.
    package var fileBytes: Int
    /// What a mix is made of.
    package var weights: MixWeights
    /// How the knee is looked for; nil when it is not.
    package var knee: KneeOptions?

    /// Puts the options together.
    ///
    /// - Parameters:
    ///   - scenario: what is measured.
    ///   - plan: how load is made.
    ///   - sessions: over how many sessions executions are spread.
    ///   - fileBytes: how large files are, in bytes.
    ///   - weights: what a mix is made of.
    ///   - knee: how the knee is looked for; nil when it is not.
    package init(
        scenario: ScenarioName,
        plan: LoadPlan,
        sessions: Int,
        fileBytes: Int,
        weights: MixWeights,
        knee: KneeOptions?
    ) {
        self.scenario = scenario
        self.plan = plan
        self.sessions = sessions
        self.fileBytes = fileBytes
        self.weights = weights
        self.knee = knee
    }
}

extension BenchOptions {
    /// How much of it one of several processes does.
    ///
    /// - Parameters:
    ///   - index: which of them, from 0.
    ///   - total: how many there are.
    /// - Returns: its options; nil when nothing is left for it.
    package func share(_ index: Int, of total: Int) -> Self? {
        guard let plan = plan.share(index, of: total) else { return nil }
        var options = self
        options.plan = plan
        options.sessions = max(1, sessions / total + (index < sessions % total ? 1 : 0))
        return options
    }
}

/// How the greatest rate is looked for that breaks no bound.
package struct KneeOptions: Sendable, Codable {
    /// The first rate, in operations a second.
    package let firstRate: Double
    /// The greatest 99th percentile, in milliseconds.
    package let p99Milliseconds: Double
    /// The greatest share of operations that fail, from 0 to 1.
    package let failedShare: Double

    /// Puts the options together.
    ///
    /// - Parameters:
    ///   - firstRate: the first rate, in operations a second.
    ///   - p99Milliseconds: the greatest 99th percentile, in milliseconds.
    ///   - failedShare: the greatest share of operations that fail, from 0 to 1.
    package init(firstRate: Double, p99Milliseconds: Double, failedShare: Double) {
        self.firstRate = firstRate
        self.p99Milliseconds = p99Milliseconds
        self.failedShare = failedShare
    }
}
