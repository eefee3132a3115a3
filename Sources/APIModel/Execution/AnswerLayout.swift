package import Domain

/// What decides how an execution is answered, besides what the request for it said.
package struct AnswerLayout: Hashable, Sendable {
    /// Whose kind of contract it is; a shell answers with exit codes and has no values.
    package let runtime: Runtime
    /// The layout of the route's answers.
    package let shape: AnswerShape
    /// The version that the client asked for.
    package let version: APIVersion

    /// Makes a layout.
    ///
    /// - Parameters:
    ///   - runtime: the pool's runtime.
    ///   - shape: the layout of the route's answers.
    ///   - version: the version that the client asked for.
    package init(runtime: Runtime = .python, shape: AnswerShape, version: APIVersion) {
        self.runtime = runtime
        self.shape = shape
        self.version = version
    }

    /// The word for an execution that has not ended.
    ///
    /// - Parameter hasStarted: whether its code has begun to run.
    /// - Returns: the word.
    package static func status(hasStarted: Bool) -> String { hasStarted ? "Running" : "NotStarted" }

    /// The word or the number for how an execution ended.
    ///
    /// - Parameter outcome: how it ended.
    /// - Returns: the word, or the number as text.
    package func status(of outcome: Outcome) -> String {
        if runtime == .shell, shape == .flat { return Self.exitStatus(of: outcome) }
        return switch outcome.status {
        case .succeeded: shape.success
        case .failed, .timedOut: shape.failure
        case .cancelled: shape.cancellation
        }
    }

    /// Clients read it as a number, so there has to be one; `Canceled` would break them.
    private static func exitStatus(of outcome: Outcome) -> String {
        let code =
            switch outcome.status {
            case .timedOut: -1
            case .succeeded: outcome.exitCode ?? 0
            case .failed: outcome.exitCode ?? 1
            // What a shell has for a program that SIGINT ended.
            case .cancelled: outcome.exitCode ?? 130
            }
        return String(code)
    }
}

extension AnswerShape {
    /// The word for code that ran to its end.
    fileprivate var success: String { self == .flat ? "Succeeded" : "Success" }
    /// The word for code that did not.
    fileprivate var failure: String { self == .flat ? "Failed" : "Failure" }
    /// The word for code that a client cancelled.
    fileprivate var cancellation: String { self == .flat ? "Canceled" : "Failure" }
}
