package import APIModel
internal import Yams

/// JSON values as YAML.
package enum YAMLText {
    /// A value as a YAML document, its members in their order.
    ///
    /// - Parameter value: the value.
    /// - Returns: the document, with the end of its last line.
    /// - Throws: when it cannot be written, which no JSON value is known for.
    package static func of(_ value: JSONValue) throws -> String {
        try Yams.serialize(node: node(value), width: -1, allowUnicode: true)
    }

    private static func node(_ value: JSONValue) throws -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .boolean(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node(String(value), Tag(.int))
        case .double(let value): Node(String(value), Tag(.float))
        // A text that reads like a number or a truth has to stay a text.
        case .string(let text): try scalar(text)
        case .array(let elements): try Node(elements.map(node))
        case .object(let members):
            try Node(members.map { (try scalar($0.name), try node($0.value)) })
        case .checked(let json): Node(String(decoding: json.bytes, as: UTF8.self))
        }
    }

    private static func scalar(_ text: String) throws -> Node {
        let plain = Node(text)
        let isText = Resolver.default.resolveTag(of: plain) == .str
        return isText ? plain : Node(text, Tag(.str), .doubleQuoted)
    }
}
