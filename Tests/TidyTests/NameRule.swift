/// Names that say nothing: nouns of the domain are wanted instead.
enum NameRule {
    static let banned: Set<String> = [
        "Common", "Helper", "Helpers", "Manager", "Managers", "Misc", "Shared", "Util", "Utilities",
        "Utility", "Utils",
    ]

    static func check(_ source: SwiftSource) -> [Violation] {
        var violations = words(of: source.name).filter(banned.contains).map { word in
            Violation(source, 1, rule: "names", "\(word) in a file's name says nothing")
        }
        let kinds: Set<String> = ["actor", "class", "enum", "protocol", "struct", "typealias"]
        for index in source.tokens.indices where kinds.contains(source.text(index)) {
            let name = source.text(index + 1)
            guard name.first?.isUppercase == true else { continue }
            for word in words(of: name) where banned.contains(word) {
                let line = source.tokens[index].line
                violations.append(Violation(source, line, rule: "names", "\(word) in \(name) says nothing"))
            }
        }
        return violations
    }

    /// The words of a name that is written `LikeThis`, `Like+This` or `like-this`, each with a capital.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        for character in name {
            if !character.isLetter {
                words.append("")
            } else if character.isUppercase, words.last?.last?.isUppercase != true || words.isEmpty {
                words.append(String(character))
            } else if let last = words.popLast() {
                words.append(last.isEmpty ? character.uppercased() : last + String(character))
            } else {
                words.append(character.uppercased())
            }
        }
        return words.filter { !$0.isEmpty }
    }
}
