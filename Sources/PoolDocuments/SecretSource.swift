internal import APIModel
package import Domain

/// Takes the values of secrets from where documents say that they are: `valueFrom` with `file` or `env`.
package struct SecretSource: Sendable {
    /// Reads a file; nil when it cannot be read.
    package let file: @Sendable (String) -> String?
    /// Reads a variable of the environment.
    package let variable: @Sendable (String) -> String?

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - file: reads a file; nil when it cannot be read.
    ///   - variable: reads a variable of the environment.
    package init(
        file: @escaping @Sendable (String) -> String?,
        variable: @escaping @Sendable (String) -> String?
    ) {
        self.file = file
        self.variable = variable
    }

    /// Fills in the values.
    ///
    /// - Parameter document: a document.
    /// - Returns: the document, each secret with its value where it has one.
    /// - Throws: `invalidConfiguration` when a value cannot be had.
    package func filled(_ document: PoolDocument) throws(Failure) -> PoolDocument {
        guard case .object(let members) = document.body,
            let properties = members.firstIndex(where: { $0.name.lowercased() == "properties" }),
            case .object(var parts) = members[properties].value,
            let index = parts.firstIndex(where: { $0.name.lowercased() == "secrets" }),
            case .array(let secrets) = parts[index].value
        else { return document }
        var filled: [JSONValue] = []
        for secret in secrets { filled.append(try self.filled(secret)) }
        parts[index] = .init(parts[index].name, .array(filled))
        var body = members
        body[properties] = .init(members[properties].name, .object(parts))
        return document.with(.object(body))
    }

    private func filled(_ secret: JSONValue) throws(Failure) -> JSONValue {
        guard case .object(let members) = secret, let from = secret["valueFrom"] else { return secret }
        let name = secret["name"]?.text ?? ""
        guard secret["value"] == nil, case .object(let sources) = from, sources.count == 1 else {
            throw Failure(
                .invalidConfiguration,
                "the secret \(name) has either value or valueFrom, and valueFrom has either file or env"
            )
        }
        let value: String
        switch (sources[0].name, sources[0].value.text) {
        case ("file", let path?):
            guard var text = file(path) else {
                throw Failure(.invalidConfiguration, "the secret \(name): the file \(path) cannot be read")
            }
            // Editors end a line that the secret does not have.
            if text.hasSuffix("\n") { text.removeLast() }
            value = text
        case ("env", let variable?):
            guard let text = self.variable(variable) else {
                throw Failure(
                    .invalidConfiguration,
                    "the secret \(name): the variable \(variable) is not set"
                )
            }
            value = text
        default:
            throw Failure(
                .invalidConfiguration,
                "the secret \(name): valueFrom has file with a path, or env with the name of a variable"
            )
        }
        return .object(members.filter { $0.name != "valueFrom" } + [.init("value", .string(value))])
    }
}
