/// How long files and functions may be.
enum SizeRules {
    static let fileLinesMax = 400
    static let functionLinesMax = 70

    static func checkFile(_ source: SwiftSource) -> [Violation] {
        guard source.lineCount > fileLinesMax else { return [] }
        return [
            Violation(
                source,
                fileLinesMax + 1,
                rule: "file length",
                "\(source.lineCount) lines; the limit is \(fileLinesMax)"
            )
        ]
    }

    static func checkFunctions(_ source: SwiftSource) -> [Violation] {
        source.tokens.indices.compactMap { index in
            guard declaresCode(source, index), let end = bodyEnd(source, after: index) else { return nil }
            let start = source.tokens[index].line
            let length = end - start + 1
            guard length > functionLinesMax else { return nil }
            let name = "\(source.text(index)) \(source.text(index + 1))"
            return Violation(
                source,
                start,
                rule: "function length",
                "`\(name)` has \(length) lines; the limit is \(functionLinesMax)"
            )
        }
    }

    /// Whether a function, an initialiser, a subscript or a variable is declared here.
    private static func declaresCode(_ source: SwiftSource, _ index: Int) -> Bool {
        guard source.text(index - 1) != "." else { return false }
        switch source.text(index) {
        case "func", "var", "deinit": return true
        case "init", "subscript": return ["(", "<", "?", "!"].contains(source.text(index + 1))
        default: return false
        }
    }

    /// The line of the brace that closes the body; nil when there is none, as in a protocol.
    private static func bodyEnd(_ source: SwiftSource, after start: Int) -> Int? {
        let isVariable = source.text(start) == "var"
        var depth = 0
        var index = start + 1
        while index < source.tokens.count {
            let token = source.tokens[index]
            if depth == 0, token.text == "{" { return closingLine(source, from: index) }
            if depth == 0, token.text == "}" || (isVariable && token.text == "=") { return nil }
            if depth == 0, token.isFirstOnLine, !goesOn(source, index) { return nil }
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Whether a line goes on with the signature that began above it.
    private static func goesOn(_ source: SwiftSource, _ index: Int) -> Bool {
        ["where", "throws", "rethrows", "async", "-", "&", ")", "]", ">"].contains(source.text(index))
            || [",", ":", "=", ">", "&", "where", "<"].contains(source.text(index - 1))
    }

    private static func closingLine(_ source: SwiftSource, from start: Int) -> Int? {
        var depth = 0
        for token in source.tokens[start...] {
            if token.text == "{" { depth += 1 }
            if token.text == "}" { depth -= 1 }
            if depth == 0 { return token.line }
        }
        return nil
    }
}
