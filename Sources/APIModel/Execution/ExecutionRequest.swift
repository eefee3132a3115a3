package import Domain
internal import FoundationEssentials

/// The body of a request to run something, read and checked.
///
/// What the pool cannot do is refused, never left out silently; members that nobody knows are ignored.
package struct ExecutionRequest: Hashable, Sendable {
    /// How long code may run when the client does not say: what Azure's own container takes
    /// (dynamic-sessions-api.md, section 1.1); its most used clients do not say.
    package static let defaultTimeoutInSeconds = 120

    /// What is to be run.
    package let input: ExecutionInput
    /// How long it may run; nil when the client does not say.
    package let timeoutInSeconds: Int?
    /// Whether the answer is not to wait for the end.
    package let isAsynchronous: Bool
    /// How it is to be answered.
    package let form: AnswerForm
    /// The session's identifier, which the oldest clients put here and not into the query.
    package let identifier: String?

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - bytes: the body.
    ///   - runtime: the pool's runtime, which decides what a body may hold.
    /// - Returns: the request.
    /// - Throws: `sessionPropertiesMissing` when it is not such a body, `sessionRequestValidationFailed` for
    ///   a member of a wrong type or value, `sessionRequestNotSupported` for what the pool cannot do.
    package static func parse(_ bytes: [UInt8], for runtime: Runtime) throws(Failure) -> Self {
        guard !bytes.isEmpty else {
            throw Failure(
                .sessionPropertiesMissing,
                "The body is empty; send a JSON object with the member '\(ExecutionInput.member(for: runtime))'."
            )
        }
        let members: RequestMembers
        do throws(any Error) {
            members = try JSONDecoder().decode(RequestMembers.self, from: Data(bytes))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.sessionPropertiesMissing, "The body is not valid JSON.")
        }
        return try Self(members, for: runtime)
    }

    private init(_ members: RequestMembers, for runtime: Runtime) throws(Failure) {
        input = try ExecutionInput(members, for: runtime)
        timeoutInSeconds = try members.integer("timeoutInSeconds")
        let type = try members.text("executionType")
        isAsynchronous = try Self.isAsynchronous(type)
        form = AnswerForm(
            // A shell's answer has it only when the request had (dynamic-sessions-api.md, section 1.2).
            executionType: type ?? (runtime == .shell ? "" : "Synchronous"),
            outputStreamsMaxLength: try Self.outputStreamsMaxLength(members),
            inJupyterFormat: try Self.inJupyterFormat(members)
        )
        // Only a fallback for the query's, so a wrong type here is no more than an unknown member.
        identifier = try? members.text("identifier")
    }

    private static func isAsynchronous(_ type: String?) throws(Failure) -> Bool {
        switch type?.lowercased() {
        case nil, "synchronous": return false
        case "asynchronous": return true
        default:
            throw Failure(
                .sessionRequestValidationFailed,
                "The member 'executionType' has to be Synchronous or Asynchronous."
            )
        }
    }

    private static func outputStreamsMaxLength(_ members: RequestMembers) throws(Failure) -> Int? {
        let most = try members.integer("outputStreamsMaxLength")
        if let most, most < 0 {
            throw Failure(
                .sessionRequestValidationFailed,
                "The member 'outputStreamsMaxLength' must not be negative."
            )
        }
        return most
    }

    // The model has the one name, its examples the other (dynamic-sessions-api.md, section 9).
    private static func inJupyterFormat(_ members: RequestMembers) throws(Failure) -> Bool {
        let inModel = try members.boolean("returnJupyterFormatExecutionResult")
        let inExamples = try members.boolean("returnJupyterFormat")
        return inModel == true || inExamples == true
    }
}

extension ExecutionRequest {
    /// Checks the request against the pool's limits and makes what the cluster wants.
    ///
    /// - Parameters:
    ///   - id: the name of the execution.
    ///   - limits: the pool's limits; a default time-out above theirs is brought down to theirs.
    /// - Returns: what to run.
    /// - Throws: `payloadTooLarge` for too much code, `sessionRequestValidationFailed` for a bad time-out or
    ///   a command that no system could run.
    package func spec(id: ExecutionID, limits: ExecutionLimits) throws(Failure) -> ExecutionSpec {
        let timeout =
            timeoutInSeconds.map { Duration.seconds($0) }
            ?? min(.seconds(Self.defaultTimeoutInSeconds), limits.timeout)
        return try ExecutionSpec(id: id, input: input, timeout: timeout, form: form, limits: limits)
    }

    /// The longest body that is read, in bytes.
    ///
    /// - Parameter limits: the pool's limits.
    /// - Returns: six bytes for each byte of code, for JSON may spell a byte as `\u00xx`, and 64 KiB more.
    package static func bodyLimit(for limits: ExecutionLimits) -> Int { 6 * limits.codeBytes + 64 << 10 }
}
