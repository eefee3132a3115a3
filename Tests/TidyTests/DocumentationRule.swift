/// Every declaration that another target sees is documented.
///
/// It extends swift-format's AllPublicDeclarationsHaveDocumentation to `package`, to the requirements
/// of such protocols and to the cases of such enumerations.
enum DocumentationRule {
    private enum Scope { case members, enumeration, other }

    private static let declarations: Set<String> = [
        "actor", "associatedtype", "case", "class", "enum", "func", "init", "let", "protocol", "struct",
        "subscript", "typealias", "var",
    ]
    private static let requirements: Set<String> = ["associatedtype", "func", "init", "subscript", "var"]
    /// What stands between an access level and the word that says what is declared.
    private static let modifiers: Set<String> = [
        "(", ")", "borrowing", "consuming", "convenience", "dynamic", "fileprivate", "final", "indirect",
        "internal", "isolated", "lazy", "mutating", "nonisolated", "nonmutating", "nonsending", "override",
        "private", "required", "set", "static", "unowned", "unsafe", "weak",
    ]
    /// Witnesses of these requirements of others say nothing that the protocol does not.
    private static let witnesses: Set<String> = [
        "var debugDescription", "var description", "func encode(to:)", "func hash(into:)", "var hashValue",
        "init(from:)", "init(arrayLiteral:)", "init(booleanLiteral:)", "init(dictionaryLiteral:)",
        "init(integerLiteral:)", "init(stringLiteral:)", "func log(event:)", "subscript(metadataKey:)",
        "func makeAsyncIterator()", "func makeIterator()", "func next()", "func next(isolation:)",
        "var customMirror", "var unownedExecutor",
    ]

    /// Checks a file.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - inherited: the requirements of our own protocols, which document their witnesses.
    /// - Returns: the declarations without documentation.
    static func check(_ source: SwiftSource, inherited: Set<String>) -> [Violation] {
        guard source.target != nil else { return [] }
        let found = undocumented(in: source).filter { found in
            !witnesses.contains(found.signature)
                && (found.isRequirement || !inherited.contains(found.signature))
        }
        return found.map { found in
            Violation(
                source,
                found.line,
                rule: "documentation",
                "`\(found.signature)` has no documentation comment"
            )
        }
    }

    /// The requirements of the protocols that other targets see.
    static func requirements(of source: SwiftSource) -> Set<String> {
        Set(declarations(in: source).filter(\.isRequirement).map(\.signature))
    }

    private struct Declaration {
        let signature: String
        let line: Int
        let isRequirement: Bool
    }

    private static func undocumented(in source: SwiftSource) -> [Declaration] {
        declarations(in: source).filter { !isDocumented(source, $0.line) }
    }

    /// All declarations that another target sees.
    private static func declarations(in source: SwiftSource) -> [Declaration] {
        var found: [Declaration] = []
        var scopes: [Scope] = []
        var next = Scope.other
        for (index, token) in source.tokens.enumerated() {
            switch token.text {
            case "{":
                scopes.append(next)
                next = .other
            case "}": _ = scopes.popLast()
            case "package", "public":
                guard let keyword = declaration(source, after: index) else { continue }
                if source.text(keyword) == "protocol" { next = .members }
                if source.text(keyword) == "enum" { next = .enumeration }
                found.append(describe(source, keyword, on: token.line))
            case "case" where scopes.last == .enumeration && token.isFirstOnLine:
                found.append(describe(source, index, on: token.line))
            case let word where scopes.last == .members && requirements.contains(word):
                found.append(describe(source, index, on: token.line, isRequirement: true))
            default: break
            }
        }
        return found.filter { !$0.signature.isEmpty }
    }

    /// The place of the word that says what is declared; nil for imports, extensions and names.
    private static func declaration(_ source: SwiftSource, after index: Int) -> Int? {
        guard source.text(index + 1) != "(" else { return nil }
        var place = index + 1
        while modifiers.contains(source.text(place)) { place += 1 }
        if source.text(place) == "class", declarations.contains(source.text(place + 1)) { place += 1 }
        return declarations.contains(source.text(place)) ? place : nil
    }

    private static func describe(
        _ source: SwiftSource,
        _ keyword: Int,
        on line: Int,
        isRequirement: Bool = false
    ) -> Declaration {
        let kind = source.text(keyword)
        let name = source.text(keyword + 1)
        // Operators are named by their protocol or by what they look like; they need no sentence.
        let isOperator = kind == "func" && name.first.map { !$0.isLetter && !"_`".contains($0) } == true
        let isNameless = kind == "init" || kind == "subscript"
        let labels = ["func", "init", "subscript"].contains(kind) ? labels(source, after: keyword) : ""
        let signature = (isNameless ? kind : "\(kind) \(name)") + labels
        return Declaration(signature: isOperator ? "" : signature, line: line, isRequirement: isRequirement)
    }

    /// The argument labels in the manner of documentation: `(at:_:)`.
    private static func labels(_ source: SwiftSource, after keyword: Int) -> String {
        var index = keyword + 1
        while !["(", "{", "}", ""].contains(source.text(index)) { index += 1 }
        guard source.text(index) == "(" else { return "" }
        var labels = ""
        var depth = 0
        repeat {
            let before = source.text(index - 1)
            if depth == 1, before == "(" || before == ",", source.text(index) != ")" {
                labels += source.text(index) + ":"
            }
            if ["(", "["].contains(source.text(index)) { depth += 1 }
            if [")", "]"].contains(source.text(index)) { depth -= 1 }
            index += 1
        } while depth > 0 && index < source.tokens.count
        return "(\(labels))"
    }

    /// Whether a documentation comment stands above a line or above the attributes before it.
    private static func isDocumented(_ source: SwiftSource, _ line: Int) -> Bool {
        var above = line - 1
        while source.firstToken(on: above)?.text == "@" { above -= 1 }
        return source.comments[above]?.hasPrefix("///") == true
    }
}
