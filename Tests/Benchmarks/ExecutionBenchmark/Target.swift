internal import APIModel
internal import Client
internal import Foundation

/// The cluster that is measured.
struct Target: Sendable {
    let client: CloisterClient
    private let run = UUID().uuidString

    init(client: CloisterClient) { self.client = client }

    /// The identifier of a session of this run.
    func identifier(_ number: Int) -> String { "\(run)-\(number)" }

    /// Runs code that prints a line and checks the answer.
    ///
    /// - Parameters:
    ///   - code: the code.
    ///   - line: what it prints.
    ///   - identifier: the session's identifier.
    ///   - isNew: whether the session shall begin with it; nil when that is all the same.
    /// - Returns: the answer.
    /// - Throws: why there is none, or ``WrongAnswer``.
    @discardableResult
    func execute(
        _ code: String,
        printing line: String,
        in identifier: String,
        isNew: Bool?
    ) async throws -> ExecutionResponse {
        let answer = try await client.execute(code: code, identifier: identifier, pool: "python")
        guard answer.resource.standardOutput == line + "\n" else {
            throw WrongAnswer(text: answer.resource.standardOutput + answer.resource.standardError)
        }
        guard isNew == nil || answer.isNewSession == isNew else {
            throw WrongAnswer(text: answer.isNewSession ? "a new session" : "an old session")
        }
        return answer
    }
}

/// The answer was not the one that the code has, or from another kind of session.
struct WrongAnswer: Error {
    let text: String
}
