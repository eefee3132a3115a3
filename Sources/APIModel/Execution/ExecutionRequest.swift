package import Domain
internal import FoundationEssentials

/// The body of a request to run code, read and checked.
///
/// What this version cannot do is refused, never left out silently; members that nobody knows are ignored.
package struct ExecutionRequest: Hashable, Sendable {
    /// How long code may run when the client does not say: what Azure's own container takes
    /// (dynamic-sessions-api.md, section 1.1); its most used clients do not say.
    package static let defaultTimeoutInSeconds = 120

    /// The code, decoded.
    package let code: String
    /// How long it may run; nil when the client does not say.
    package let timeoutInSeconds: Int?
    /// How many bytes of UTF-8 of each output stream the answer may hold; nil for all there are.
    package let outputStreamsMaxLength: Int?
    /// The kind of execution as the client wrote it, to be echoed.
    package let executionType: String
    /// The session's identifier, which the oldest clients put here and not into the query.
    package let identifier: String?

    /// Reads a body.
    ///
    /// - Parameter bytes: the body.
    /// - Returns: the request.
    /// - Throws: `sessionPropertiesMissing` when it is not such a body, `sessionRequestValidationFailed` for
    ///   a member of a wrong type or value, `sessionRequestNotSupported` for what this version cannot do.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> Self {
        guard !bytes.isEmpty else {
            throw Failure(
                .sessionPropertiesMissing,
                "The body is empty; send a JSON object with the member 'code'."
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
        return try Self(members)
    }

    private init(_ members: RequestMembers) throws(Failure) {
        try Self.refuseUnsupported(members)
        executionType = try Self.executionType(members)
        let isBase64 = try Self.isBase64(members)
        let newName = try members.text("code")
        let oldName = try members.text("pythonCode")
        guard let text = newName ?? oldName else {
            throw Failure(.sessionPropertiesMissing, "The body has no member 'code'.")
        }
        code = isBase64 ? try Self.decodeBase64(text) : text
        timeoutInSeconds = try members.integer("timeoutInSeconds")
        outputStreamsMaxLength = try members.integer("outputStreamsMaxLength")
        if let outputStreamsMaxLength, outputStreamsMaxLength < 0 {
            throw Failure(
                .sessionRequestValidationFailed,
                "The member 'outputStreamsMaxLength' must not be negative."
            )
        }
        // Only a fallback for the query's, so a wrong type here is no more than an unknown member.
        identifier = try? members.text("identifier")
    }

    private static func refuseUnsupported(_ members: RequestMembers) throws(Failure) {
        for name in ["shellCommand", "execCommandAndArgs", "stdin"] where members.isPresent(name) {
            throw Failure(
                .sessionRequestNotSupported,
                "The member '\(name)' is for shell pools; this is none."
            )
        }
        for name in ["useEmptyKernel", "returnJupyterFormatExecutionResult", "returnJupyterFormat"] {
            guard try members.boolean(name) == true else { continue }
            throw Failure(.sessionRequestNotSupported, "The member '\(name)' is not supported.")
        }
    }

    private static func executionType(_ members: RequestMembers) throws(Failure) -> String {
        let type = try members.text("executionType") ?? "Synchronous"
        switch type.lowercased() {
        case "synchronous": return type
        case "asynchronous":
            throw Failure(
                .sessionRequestNotSupported,
                "Asynchronous executions are not supported; send executionType Synchronous."
            )
        default:
            throw Failure(
                .sessionRequestValidationFailed,
                "The member 'executionType' has to be Synchronous or Asynchronous."
            )
        }
    }

    private static func isBase64(_ members: RequestMembers) throws(Failure) -> Bool {
        switch try members.text("codeInputType")?.lowercased() {
        case nil, "inline", "inlinetext": return false
        case "inlinebase64": return true
        default:
            throw Failure(
                .sessionRequestValidationFailed,
                "The member 'codeInputType' has to be Inline, InlineText or InlineBase64."
            )
        }
    }

    private static func decodeBase64(_ text: String) throws(Failure) -> String {
        guard let data = Data(base64Encoded: text) else {
            throw Failure(.sessionRequestValidationFailed, "The member 'code' is not valid base64.")
        }
        guard let code = String(validating: data, as: UTF8.self) else {
            throw Failure(.sessionRequestValidationFailed, "The decoded member 'code' is not valid UTF-8.")
        }
        return code
    }
}

extension ExecutionRequest {
    /// Checks the request against the pool's limits and makes what the cluster wants.
    ///
    /// - Parameters:
    ///   - id: the name of the execution.
    ///   - limits: the pool's limits; a default time-out above theirs is brought down to theirs.
    /// - Returns: what to run.
    /// - Throws: `payloadTooLarge` for too much code, `sessionRequestValidationFailed` for a bad time-out.
    package func spec(id: ExecutionID, limits: ExecutionLimits) throws(Failure) -> ExecutionSpec {
        let timeout =
            timeoutInSeconds.map { Duration.seconds($0) }
            ?? min(.seconds(Self.defaultTimeoutInSeconds), limits.timeout)
        return try ExecutionSpec(id: id, input: .code(code), timeout: timeout, limits: limits)
    }

    /// The longest body that is read, in bytes.
    ///
    /// - Parameter limits: the pool's limits.
    /// - Returns: six bytes for each byte of code, for JSON may spell a byte as `\u00xx`, and 64 KiB more.
    package static func bodyLimit(for limits: ExecutionLimits) -> Int { 6 * limits.codeBytes + 64 << 10 }
}
