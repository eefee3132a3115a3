import Domain
import Testing
import Wire

@testable import MicroVM

/// What an execution in a real guest has brought.
struct Conversation {
    /// Standard output.
    var output = ""
    /// Standard error.
    var errors = ""
    /// The value of the last expression.
    var value: ResultValue?
    /// How it ended.
    let outcome: Outcome
}

extension Machine {
    /// Runs something to its end.
    ///
    /// - Parameters:
    ///   - input: what to run.
    ///   - number: the number of the execution, another one each time.
    ///   - interrupt: after how long it is interrupted.
    ///   - grace: how long it may take to stop then.
    /// - Returns: what it has brought.
    /// - Throws: an error when the machine ends or is in trouble.
    func converse(
        _ input: ExecutionInput,
        number: UInt64,
        interruptAfter interrupt: Duration? = nil,
        grace: Duration = .seconds(20)
    ) async throws -> Conversation {
        let order = RunOrder(
            execution: number,
            input: input,
            outputBytes: 1 << 20,
            resultBytes: 1 << 20,
            images: 0
        )
        try await send(.run(order), deadline: .now + .seconds(10))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            if let interrupt {
                group.addTask {
                    try await Task.sleep(for: interrupt)
                    try await self.send(
                        .interrupt(execution: number, grace: grace),
                        deadline: .now + .seconds(10)
                    )
                }
            }
            let conversation = try await self.listen(to: number)
            group.cancelAll()
            return conversation
        }
    }

    private func listen(to number: UInt64) async throws -> Conversation {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var value: ResultValue?
        for await frame in frames {
            switch frame {
            case .event(number, .standardOutput(let bytes)): output += bytes
            case .event(number, .standardError(let bytes)): errors += bytes
            case .event(number, .value(let result)): value = result
            case .event(number, .ended(let outcome)):
                return Conversation(
                    output: String(decoding: output, as: UTF8.self),
                    errors: String(decoding: errors, as: UTF8.self),
                    value: value,
                    outcome: outcome
                )
            case .trouble(let sentence): throw MicroVMError(.machineDied, sentence)
            default: break
            }
        }
        throw MicroVMError(.machineDied, "The machine ended: \(await exitReason())")
    }

    /// Runs a command line, with its exit code.
    func shell(_ command: String, number: UInt64, input: [UInt8] = []) async throws -> Conversation {
        try await converse(
            ExecutionInput(.shellCommand(command), standardInput: input),
            number: number
        )
    }
}
