extension ScenarioName {
    /// Makes the scenario of this name.
    ///
    /// - Parameters:
    ///   - target: the pool that is measured.
    ///   - options: what was asked for.
    /// - Returns: the scenario; nothing was asked of the cluster yet.
    func scenario(of target: BenchTarget, _ options: BenchOptions) -> any Scenario {
        scenario(of: target, options, PreparedSessions(target, count: options.sessions))
    }

    private func scenario(
        of target: BenchTarget,
        _ options: BenchOptions,
        _ sessions: PreparedSessions
    ) -> any Scenario {
        switch self {
        case .warm: WarmScenario(target: target, sessions: sessions)
        case .tti: InteractiveScenario(target: target)
        case .churn: ChurnScenario(target: target)
        case .files: FilesScenario(target: target, sessions: sessions, size: options.fileBytes)
        case .stream: StreamScenario(target: target, sessions: sessions)
        case .dispatch: DispatchScenario(target: target, sessions: options.sessions)
        case .mixed, .soak:
            MixedScenario(
                weights: options.weights,
                parts: MixWeights.possible.reduce(into: [:]) { parts, part in
                    parts[part.rawValue] = part.scenario(of: target, options, sessions)
                }
            )
        }
    }
}
