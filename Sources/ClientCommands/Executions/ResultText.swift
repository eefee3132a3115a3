internal import APIModel

/// Shows the value of the last expression on a terminal.
enum ResultText {
    /// The text for a value.
    ///
    /// - Parameter value: `executionResult` of an answer.
    /// - Returns: a text as an interpreter would show it; nil when there is nothing to show.
    static func of(_ value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text.isEmpty ? nil : text
        case .object where value["type"]?.text == "image":
            "[a picture, \(value["format"]?.text ?? "png")]"
        default: String(decoding: value.encoded, as: UTF8.self)
        }
    }
}
