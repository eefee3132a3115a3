extension ScenarioName {
    /// Makes the scenario of this name.
    ///
    /// - Parameters:
    ///   - target: the pool that is measured.
    ///   - options: what was asked for.
    /// - Returns: the scenario; nothing was asked of the cluster yet.
    func scenario(of target: BenchTarget, _ options: BenchOptions) -> any Scenario {
        let sessions = PreparedSessions(target, count: options.sessions)
        let files = FilesScenario(target: target, sessions: sessions, size: options.fileBytes)
        let stream = StreamScenario(target: target, sessions: sessions)
        let warm = WarmScenario(target: target, sessions: sessions)
        switch self {
        case .warm: return warm
        case .tti: return InteractiveScenario(target: target)
        case .churn: return ChurnScenario(target: target)
        case .files: return files
        case .stream: return stream
        case .dispatch: return DispatchScenario(target: target, sessions: options.sessions)
        case .mixed, .soak:
            return MixedScenario(
                weights: options.weights,
                parts: [
                    "warm": warm, "files": files, "stream": stream,
                    "tti": InteractiveScenario(target: target), "churn": ChurnScenario(target: target),
                ]
            )
        }
    }
}
