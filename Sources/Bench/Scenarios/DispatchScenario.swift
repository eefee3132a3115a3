internal import APIModel
internal import Client

/// The cluster's own way of an execution, against workers that run nothing and say so.
struct DispatchScenario: Scenario {
    let target: BenchTarget
    /// How many sessions the executions are spread over.
    let sessions: Int

    var executors: [any TaskExecutor] { target.client.executors }

    /// Begins the sessions, and refuses a cluster that runs code: what that takes is not the cluster's own.
    func prepare() async throws {
        for slot in 0..<sessions {
            let (order, sum) = Self.order(target.language)
            let answer = try await ask(order, slot)
            if answer.resource.standardOutput == "\(sum)\n" {
                throw BenchConfigurationError(
                    "The pool \(target.pool) runs code. Start its workers with --no-op-sandbox to measure the "
                        + "cluster alone; what executions take is measured by `cloister bench warm`."
                )
            }
            try check(answer, order, slot)
        }
    }

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let slot = turn.slot % sessions
        let (order, _) = Self.order(target.language)
        let answer = try await ask(order, slot)
        try check(answer, order, slot)
        guard !answer.isNewSession else {
            throw BenchFailure(code: "WrongSession", "A new session has answered.")
        }
        return Observation(stages: answer.stages)
    }

    private func ask(_ order: ExecutionOrder, _ slot: Int) async throws -> ExecutionResponse {
        let identifier = target.identifier("dispatch", slot)
        await target.sessions.began(identifier)
        return try await target.client.execute(
            order,
            identifier: identifier,
            pool: target.pool,
            timeout: target.timeout
        )
    }

    /// A no-op sandbox answers with what it was asked, so that no answer fits another question.
    private func check(_ answer: ExecutionResponse, _ order: ExecutionOrder, _ slot: Int) throws {
        let wanted = "no-op sandbox: \(order.text)\n"
        guard answer.resource.standardOutput == wanted,
            answer.resource.identifier == target.identifier("dispatch", slot)
        else {
            let said = answer.resource.standardOutput.prefix(200).debugDescription
            throw BenchFailure(
                code: "WrongOutput",
                "\(said) was answered instead of \(wanted.debugDescription)."
            )
        }
    }

    private static func order(_ language: Language) -> (ExecutionOrder, sum: Int) {
        let (first, second) = (BenchTarget.nonce(), BenchTarget.nonce())
        return (language.sum(first, second), first + second)
    }
}

extension ExecutionOrder {
    /// What is to be run, as a no-op sandbox echoes it.
    fileprivate var text: String {
        switch self {
        case .code(let text), .command(let text, _): text
        case .program(let words, _): words.joined(separator: " ")
        }
    }
}
