package import Domain

/// What a resource may consist of: reads like the table of the reference that it was made from.
package indirect enum ResourceSchema: Sendable {
    /// An object with these members and no others.
    case object([String: ResourceSchema])
    /// A list of at most so many elements.
    case list(ResourceSchema, most: Int)
    /// Names and texts of the client's own choice, at most so many.
    case texts(most: Int)
    /// A text of at most so many bytes of UTF-8.
    case text(most: Int)
    /// One of these words; any case is read, and written as here.
    case word([String])
    /// A whole number.
    case integer
    /// Any number.
    case number
    /// `true` or `false`.
    case boolean
    /// What only the server says; left out when a client sends it.
    case readOnly
    /// A part that is refused later, as a whole, with a reason.
    case anything

    /// Brings what a client sent into the one form in which it is kept.
    ///
    /// Names of members and words are read in any case, as ARM does; `null` counts as absent, but in a patch.
    ///
    /// - Parameters:
    ///   - value: what the client sent.
    ///   - path: where it stands, for the error.
    ///   - isPatch: whether `null` removes a member, and so has to be kept.
    /// - Returns: the value with names and words as the schema writes them; nil when it counts as absent.
    /// - Throws: `invalidRequestContent` for a member that nobody knows, a wrong type or size.
    package func normalised(
        _ value: JSONValue,
        at path: String,
        isPatch: Bool = false
    ) throws(Failure) -> JSONValue? {
        switch (self, value) {
        case (.readOnly, _): return nil
        case (_, .null): return isPatch ? .null : nil
        case (.anything, _): return value
        case (.object(let schema), .object(let members)):
            return .object(try Self.members(members, of: schema, at: path, isPatch: isPatch))
        case (.texts(let most), .object(let members)):
            let areShort = members.allSatisfy { member in
                isPatch && member.value == .null || (member.value.text?.utf8.count ?? .max) <= 256
            }
            guard members.count <= most, areShort else {
                throw Self.refusal("\(path) has at most \(most) members, texts of at most 256 bytes")
            }
            return value
        case (.list(let schema, let most), .array(let elements)):
            guard elements.count <= most else { throw Self.refusal("\(path) has at most \(most) elements") }
            var kept: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                if let element = try schema.normalised(element, at: "\(path)[\(index)]") {
                    kept.append(element)
                }
            }
            return .array(kept)
        case (.text(let most), .string(let text)):
            guard text.utf8.count <= most else { throw Self.refusal("\(path) has at most \(most) bytes") }
            return value
        case (.word(let words), .string(let text)):
            guard let word = words.first(where: { $0.lowercased() == text.lowercased() }) else {
                throw Self.refusal("\(path) is one of: \(words.joined(separator: ", "))")
            }
            return .string(word)
        case (.integer, .integer), (.number, .integer), (.number, .double), (.boolean, .boolean): return value
        default: throw Self.refusal("\(path) has to be \(kind)")
        }
    }

    private static func members(
        _ members: [JSONValue.Member],
        of schema: [String: ResourceSchema],
        at path: String,
        isPatch: Bool
    ) throws(Failure) -> [JSONValue.Member] {
        var kept: [JSONValue.Member] = []
        for member in members {
            guard let (name, part) = schema.first(where: { $0.key.lowercased() == member.name.lowercased() })
            else {
                let known = schema.keys.sorted().joined(separator: ", ")
                throw refusal("\(path) has no member '\(member.name)'; it has: \(known)")
            }
            guard !kept.contains(where: { $0.name == name }) else {
                throw refusal("\(path).\(name) is given twice")
            }
            if let value = try part.normalised(member.value, at: "\(path).\(name)", isPatch: isPatch) {
                kept.append(.init(name, value))
            }
        }
        return kept
    }

    private var kind: String {
        switch self {
        case .object, .texts: "an object"
        case .list: "a list"
        case .text, .word: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .readOnly, .anything: "absent"
        }
    }

    private static func refusal(_ sentence: String) -> Failure {
        Failure(.invalidRequestContent, "\(sentence).")
    }
}
