internal import Domain

/// What the value of a key may be.
package enum SettingKind: Sendable {
    /// Any text of a form.
    case text(TextForm)
    /// The path of a file or folder.
    case path
    /// The path of a file whose content is nobody else's business.
    case secretFile
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// `true` or `false`.
    case flag
    /// One of these words, in any case.
    case word([String])
    /// A list of texts, of these words where some are given.
    case list(of: [String]?)

    /// A form of texts.
    package struct TextForm: Sendable {
        /// What a text is like, as in "has to be …".
        package let description: String
        /// Whether a text is like that.
        package let isValid: @Sendable (String) -> Bool

        /// Any text.
        package static let any = Self(description: "a text") { _ in true }
        /// The name of a node or a cluster.
        package static let plainName = Self(description: "1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'") {
            $0.isPlainName(upTo: 63)
        }
    }

    /// Whether the value is a list.
    package var isList: Bool {
        if case .list = self { true } else { false }
    }

    /// The value in the one form in which it is kept.
    ///
    /// - Parameter value: what was given.
    /// - Returns: the value; words as the catalogue writes them.
    /// - Throws: ``Mismatch`` when it is none.
    func checked(_ value: SettingValue) throws(Mismatch) -> SettingValue {
        guard case .text(let text) = value else { return try checkedList(value) }
        switch self {
        case .text(let form):
            guard form.isValid(text) else { throw Mismatch("is \(text) and has to be \(form.description)") }
        case .path, .secretFile: break
        case .integer(let range):
            // One spelling of a number: what YAML takes for octal, Swift does not.
            guard let number = Int(text), String(number) == text else {
                throw Mismatch("is \(text) and has to be a whole number")
            }
            guard range.contains(number) else {
                throw Mismatch("is \(text) and has to be from \(range.lowerBound) to \(range.upperBound)")
            }
        case .flag:
            guard ["true", "false"].contains(text) else {
                throw Mismatch("is \(text) and has to be true or false")
            }
        case .word(let words):
            guard let word = words.first(where: { $0.lowercased() == text.lowercased() }) else {
                throw Mismatch("is \(text) and has to be \(Self.alternatives(words))")
            }
            return .text(word)
        case .list: throw Mismatch("has to be a list")
        }
        return value
    }

    private func checkedList(_ value: SettingValue) throws(Mismatch) -> SettingValue {
        guard case .list(let words) = self, case .list(let texts) = value else {
            throw Mismatch("is a list and has to be one value")
        }
        guard !texts.isEmpty else { throw Mismatch("is empty; leave it out or name something") }
        for (index, text) in texts.enumerated() {
            guard !text.isEmpty else { throw Mismatch("has an element without text") }
            guard words?.contains(text) ?? true else {
                throw Mismatch("names \(text); there are \(words?.joined(separator: ", ") ?? "")")
            }
            guard !texts[..<index].contains(text) else { throw Mismatch("names \(text) twice") }
        }
        return value
    }

    private static func alternatives(_ words: [String]) -> String {
        words.count < 2
            ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }

    /// What is wrong with a value; goes on where the key stops.
    struct Mismatch: Error {
        let sentence: String

        init(_ sentence: String) { self.sentence = sentence }
    }
}

/// A value as it was given.
package enum SettingValue: Hashable, Sendable {
    /// One value, as it was written.
    case text(String)
    /// Several.
    case list([String])

    /// A value from where lists have commas: variables and flags.
    init(_ text: String, of kind: SettingKind) {
        guard kind.isList else {
            self = .text(text)
            return
        }
        self = .list(
            text.split(separator: ",", omittingEmptySubsequences: false).map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        )
    }
}
