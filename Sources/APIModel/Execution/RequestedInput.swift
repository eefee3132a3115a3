internal import Domain
internal import FoundationEssentials

/// What a body wants to have run.
extension ExecutionInput {
    private static let code = ["code", "pythonCode"]
    private static let command = ["shellCommand", "execCommandAndArgs", "stdin"]

    /// The member that every body for such a pool has.
    ///
    /// - Parameter runtime: the pool's runtime.
    /// - Returns: the name of the member.
    static func member(for runtime: Runtime) -> String { runtime == .shell ? "shellCommand" : "code" }

    /// Finds it among the members of a body.
    ///
    /// - Parameters:
    ///   - members: the members.
    ///   - runtime: the pool's runtime.
    /// - Throws: `sessionPropertiesMissing`, `sessionRequestValidationFailed`, `sessionRequestNotSupported`.
    init(_ members: RequestMembers, for runtime: Runtime) throws(Failure) {
        let foreign = runtime == .shell ? Self.code : Self.command
        if let name = foreign.first(where: { members.isPresent($0) }) {
            let needed = Self.member(for: runtime)
            throw Failure(
                .sessionRequestNotSupported,
                runtime == .shell
                    ? "The member '\(name)' is for pools with an interpreter; this pool runs commands: send \(needed)."
                    : "The member '\(name)' is for shell pools; this pool runs \(runtime) code: send \(needed)."
            )
        }
        self = try runtime == .shell ? Self.command(members) : Self.code(members, for: runtime)
    }

    private static func code(_ members: RequestMembers, for runtime: Runtime) throws(Failure) -> Self {
        let isBase64 = try isBase64(members)
        let newName = try members.text("code")
        let oldName = try members.text("pythonCode")
        guard let text = newName ?? oldName else {
            throw Failure(.sessionPropertiesMissing, "The body has no member 'code'.")
        }
        let code = isBase64 ? try decodeBase64(text) : text
        let inEmptyRuntime = try members.boolean("useEmptyKernel") == true
        return Self(.code(code, runtime: runtime), inEmptyRuntime: inEmptyRuntime)
    }

    // `codeInputType` and `useEmptyKernel` say nothing here: every command has a shell of its own.
    private static func command(_ members: RequestMembers) throws(Failure) -> Self {
        let input = Array((try members.text("stdin") ?? "").utf8)
        let command = try members.text("shellCommand")
        let program = try members.texts("execCommandAndArgs")
        switch (command, program) {
        case (let command?, nil): return Self(.shellCommand(command), standardInput: input)
        case (nil, let program?): return Self(.program(program), standardInput: input)
        case (nil, nil):
            throw Failure(
                .sessionPropertiesMissing,
                "The body has no member 'shellCommand' and none 'execCommandAndArgs'."
            )
        default:
            throw Failure(
                .sessionRequestValidationFailed,
                "The members 'shellCommand' and 'execCommandAndArgs' exclude each other; send one."
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
