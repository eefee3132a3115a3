package import Domain
internal import FoundationEssentials

/// A call of a tool, read and checked.
package struct MCPToolCall: Hashable, Sendable {
    /// What is to be done.
    package enum Order: Hashable, Sendable {
        /// Gives a new environment its name.
        case launch
        /// Runs something; without a time, the standard one.
        case run(ExecutionInput, environment: SessionIdentifier, timeoutInSeconds: Int?)
        /// Lists a folder.
        case list(SessionFilePath, environment: SessionIdentifier, isRecursive: Bool)
        /// Reads a file, or so many bytes of it.
        case read(SessionFilePath, environment: SessionIdentifier, offset: Int, length: Int?)
        /// Writes a file.
        case write(SessionFilePath, environment: SessionIdentifier, [UInt8])
    }

    /// The tool.
    package let tool: MCPTool
    /// How the client wants to hear of progress; nil when it does not.
    package let progressToken: JSONValue?
    private let arguments: JSONValue

    /// The environment that it is about; nil when it names none that can be.
    package var environment: SessionIdentifier? {
        arguments["environmentId"]?.text.flatMap { try? SessionIdentifier($0) }
    }

    /// Finds the tool.
    ///
    /// - Parameter parameters: those of `tools/call`.
    /// - Throws: `invalidParameters` when there is no such tool, or the parameters are none of such a call.
    package init(_ parameters: JSONValue) throws(RPCError) {
        guard let name = parameters["name"]?.text else {
            throw RPCError(.invalidParameters, "params has no member name: which tool is to be called?")
        }
        guard let tool = MCPTool.named(name) else {
            let known = MCPTool.all.map(\.name).joined(separator: ", ")
            throw RPCError(
                .invalidParameters,
                "Unknown tool: \(name.prefix(128)). There are: \(known)."
            )
        }
        switch parameters["arguments"] ?? .null {
        case .null: arguments = .object([])
        case .object(let members): arguments = .object(members)
        default: throw RPCError(.invalidParameters, "params.arguments has to be an object.")
        }
        self.tool = tool
        progressToken = parameters["_meta"]?["progressToken"].flatMap { RPCIdentifier($0)?.json }
    }

    /// What is to be done, by the arguments.
    ///
    /// - Returns: the order.
    /// - Throws: what does not do about an argument, for the model to read.
    package func order() throws(Failure) -> Order {
        switch tool.kind {
        case .launch: return .launch
        case .python: return try run(.code(try code(["pythonCode", "code"]), runtime: .python))
        case .node:
            return try run(.code(try code(["nodeCode", "javascriptCode", "code"]), runtime: .node))
        case .shell: return try run(try command())
        case .list:
            return .list(
                try SessionFilePath(try text("path") ?? ""),
                environment: try namedEnvironment(),
                isRecursive: try boolean("recursive") ?? false
            )
        case .read:
            return .read(
                try path(),
                environment: try namedEnvironment(),
                offset: try number("offset", from: 0) ?? 0,
                length: try number("length", from: 1)
            )
        case .write: return .write(try path(), environment: try namedEnvironment(), try content())
        }
    }

    private func run(_ input: ExecutionInput) throws(Failure) -> Order {
        let (newName, oldName) = (
            try number("timeoutInSeconds", from: 1), try number("timeoutSeconds", from: 1)
        )
        return .run(input, environment: try namedEnvironment(), timeoutInSeconds: newName ?? oldName)
    }

    private func namedEnvironment() throws(Failure) -> SessionIdentifier {
        guard let text = try text("environmentId") else {
            throw Self.refusal(
                "environmentId is missing: call one of the launch tools, and give what it returns"
            )
        }
        return try SessionIdentifier(text)
    }

    private func code(_ names: [String]) throws(Failure) -> String {
        for name in names { if let code = try text(name) { return code } }
        throw Self.refusal("\(names[0]) is missing")
    }

    // Some clients send `command`, as a text or as a list (dynamic-sessions-api.md, section 4.3).
    private func command() throws(Failure) -> ExecutionInput {
        let isList = if case .array? = arguments["command"] { true } else { false }
        let otherLine = isList ? nil : try text("command")
        let otherProgram = isList ? try texts("command") : nil
        let (line, program) = (
            try text("shellCommand") ?? otherLine, try texts("execCommandAndArgs") ?? otherProgram
        )
        let input = Array((try text("stdin") ?? "").utf8)
        switch (line, program) {
        case (let line?, nil): return ExecutionInput(.shellCommand(line), standardInput: input)
        case (nil, let program?): return ExecutionInput(.program(program), standardInput: input)
        case (nil, nil): throw Self.refusal("shellCommand or execCommandAndArgs is missing")
        default: throw Self.refusal("shellCommand and execCommandAndArgs exclude each other; give one")
        }
    }

    private func path() throws(Failure) -> SessionFilePath {
        guard let text = try text("path") else { throw Self.refusal("path is missing") }
        let path = try SessionFilePath(text)
        guard !path.names.isEmpty else { throw Self.refusal("path names the folder and no file in it") }
        return path
    }

    private func content() throws(Failure) -> [UInt8] {
        let bytes: [UInt8]
        switch (try text("text"), try text("base64")) {
        case (let text?, nil): bytes = Array(text.utf8)
        case (nil, let base64?):
            guard let data = Data(base64Encoded: base64) else { throw Self.refusal("base64 is not valid") }
            bytes = Array(data)
        default: throw Self.refusal("a file needs text or base64, and not both")
        }
        guard bytes.count <= MCPLimits.writeBytes else {
            throw Failure(
                .payloadTooLarge,
                "The file has \(bytes.count) bytes; one call writes \(MCPLimits.writeBytes). Upload it over HTTP."
            )
        }
        return bytes
    }
}

/// Arguments by name; one that is null counts as absent.
extension MCPToolCall {
    private func text(_ name: String) throws(Failure) -> String? {
        guard let value = argument(name) else { return nil }
        guard let text = value.text else { throw Self.refusal("\(name) has to be a string") }
        return text
    }

    private func boolean(_ name: String) throws(Failure) -> Bool? {
        guard let value = argument(name) else { return nil }
        guard case .boolean(let flag) = value else { throw Self.refusal("\(name) has to be true or false") }
        return flag
    }

    private func number(_ name: String, from least: Int) throws(Failure) -> Int? {
        switch argument(name) {
        case nil: return nil
        case .integer(let number)? where number >= least: return number
        // Some languages have no whole numbers.
        case .double(let number)?: if let whole = Int(exactly: number), whole >= least { return whole }
        default: break
        }
        throw Self.refusal("\(name) has to be a whole number from \(least) on")
    }

    private func texts(_ name: String) throws(Failure) -> [String]? {
        guard let value = argument(name) else { return nil }
        guard case .array(let elements) = value else {
            throw Self.refusal("\(name) has to be a list of strings")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.text else { throw Self.refusal("\(name) has to be a list of strings") }
            texts.append(text)
        }
        return texts
    }

    private func argument(_ name: String) -> JSONValue? {
        arguments[name].flatMap { $0 == .null ? nil : $0 }
    }

    private static func refusal(_ sentence: String) -> Failure {
        Failure(.sessionRequestValidationFailed, "The argument \(sentence).")
    }
}
