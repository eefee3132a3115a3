internal import Client

/// Output that is read while the code runs.
struct StreamScenario: Scenario {
    /// How many lines the code writes.
    private static let lines = 50

    let target: BenchTarget
    let sessions: PreparedSessions

    func prepare() async throws { try await sessions.make() }

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let session = await sessions.session(for: turn.slot)
        let first = BenchTarget.nonce()
        let execution = LiveExecution(
            target.language.counting(from: first, count: Self.lines),
            identifier: session.identifier,
            pool: target.pool,
            seconds: Int(target.timeout.components.seconds),
            id: target.identifier("stream", turn.number),
            client: target.client
        )
        var watch = PartWatch()
        var text = ""
        var isRightSession = false
        var end: LiveEnd?
        try await execution.follow { event in
            switch event {
            case .started(let instance, let isNew): isRightSession = instance == session.instance && !isNew
            case .output(let piece):
                if text.isEmpty { watch.split("first output") }
                text += piece
            case .ended(let told): end = told
            default: break
            }
        }
        watch.split("end after first output")
        guard isRightSession else {
            throw BenchFailure(code: "WrongSession", "Another session streams than \(session.identifier).")
        }
        let wanted = (0..<Self.lines).map { "\(first + $0)\n" }.joined()
        guard let end, end.errorCode == nil, text == wanted else {
            throw BenchFailure(
                code: "WrongOutput",
                "The stream has \(text.utf8.count) bytes that are not the \(wanted.utf8.count) expected ones."
            )
        }
        return Observation(parts: watch.parts)
    }
}
