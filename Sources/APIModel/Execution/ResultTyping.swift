internal import Domain
internal import FoundationEssentials

/// Which JSON stands in an answer for the value of the last expression.
struct ResultTyping {
    /// The layout of the answer.
    let layout: AnswerLayout
    /// Whether the client wants values as Jupyter has them.
    let inJupyterFormat: Bool

    private var shape: AnswerShape { layout.shape }
    private var version: APIVersion { layout.version }

    /// Chooses the JSON.
    ///
    /// A picture wins over a value, for that is what clients look for; where several were made, the last.
    ///
    /// - Parameters:
    ///   - value: the value of the last expression, if it had one.
    ///   - images: the pictures that the code made.
    /// - Returns: what stands in the answer; an empty string, or null in Jupyter's format, when there is nothing.
    func json(value: ResultValue?, images: [ResultImage]) -> JSONValue {
        if let image = images.last {
            let object = Self.json(image)
            guard shape == .flat, version.stringifiesResults else { return object }
            return .string(String(decoding: object.encoded, as: UTF8.self))
        }
        // Interpreters show nothing for `None`, and in that format it is null.
        guard let value else { return inJupyterFormat ? .null : .string("") }
        return json(value)
    }

    /// Chooses the JSON of a value.
    func json(_ value: ResultValue) -> JSONValue {
        if inJupyterFormat { return inJupyterFormat(value) }
        return switch shape {
        case .flat: version.stringifiesResults ? stringified(value) : native(value)
        case .wrapped, .wrappedAndFlat: scalarOrText(value)
        }
    }

    /// A picture as the contract has it.
    static func json(_ image: ResultImage) -> JSONValue {
        .object([
            .init("type", .string("image")),
            .init("format", .string(image.format)),
            .init("base64_data", .string(Data(image.bytes).base64EncodedString())),
        ])
    }

    // G2: the type that the value has as JSON; `None` is an empty string, what is not finite is null.
    private func native(_ value: ResultValue) -> JSONValue {
        guard let json = checked(value) else { return .string(value.text) }
        return json.kind == .null && value.text == "None" ? .string("") : .checked(json)
    }

    // G1: numbers, booleans and strings as JSON, all else as the text that the runtime shows.
    private func scalarOrText(_ value: ResultValue) -> JSONValue {
        guard let json = checked(value) else { return .string(value.text) }
        return switch json.kind {
        case .number, .boolean, .string: .checked(json)
        case .null where value.text == "None": .string("")
        case .null, .nonFinite, .collection: .string(value.text)
        }
    }

    private func stringified(_ value: ResultValue) -> JSONValue {
        guard let json = checked(value) else { return .string(value.text) }
        return switch json.kind {
        case .string: .checked(json)
        case .null where value.text == "None": .string("")
        case .null, .nonFinite, .number, .boolean, .collection: .string(value.text)
        }
    }

    // Primitives are strings, with the text that the runtime shows, and what is nothing is null; a
    // collection is what it is without this format (dynamic-sessions-api.md, section 1.1).
    private func inJupyterFormat(_ value: ResultValue) -> JSONValue {
        guard let json = checked(value) else { return .string(value.text) }
        return switch json.kind {
        case .string: .checked(json)
        case .null where ["None", "null"].contains(value.text): .null
        case .collection where shape == .flat && !version.stringifiesResults: .checked(json)
        case .null, .nonFinite, .number, .boolean, .collection: .string(value.text)
        }
    }

    private func checked(_ value: ResultValue) -> CheckedJSON? { value.json.flatMap(CheckedJSON.init) }
}
