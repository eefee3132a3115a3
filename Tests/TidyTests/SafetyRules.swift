/// What the compiler does not check stands in few places, each with its reason.
enum SafetyRules {
    /// The targets that touch C.
    static let unsafeTargets: Set<String> = ["GuestAgent", "MicroVM", "Transport", "Wire", "cloister-guest"]
    /// How many lines above a construct its reason may begin.
    private static let reach = 8

    /// Checks that unsafe constructs are where they may be and give a reason in a `SAFETY:` comment.
    static func check(_ source: SwiftSource) -> [Violation] {
        guard let target = source.target else { return [] }
        return source.tokens.indices.flatMap { index -> [Violation] in
            guard let construct = construct(source, index) else { return [] }
            let line = source.tokens[index].line
            var violations: [Violation] = []
            if !unsafeTargets.contains(target) {
                violations.append(
                    Violation(source, line, rule: "safety", "\(construct) is not for the target \(target)")
                )
            }
            if !hasReason(source, above: line) {
                violations.append(
                    Violation(
                        source,
                        line,
                        rule: "safety",
                        "\(construct) has no `// SAFETY:` comment above it"
                    )
                )
            }
            return violations
        }
    }

    /// Checks that nothing ends the process by the way or writes past the log.
    static func checkCalls(_ source: SwiftSource) -> [Violation] {
        guard let target = source.target else { return [] }
        return source.tokens.indices.compactMap { index in
            guard let call = forbiddenCall(source, index, in: target) else { return nil }
            return Violation(
                source,
                source.tokens[index].line,
                rule: "calls",
                "\(call) is not for the product"
            )
        }
    }

    private static func construct(_ source: SwiftSource, _ index: Int) -> String? {
        switch source.text(index) {
        case "unchecked" where source.text(index - 1) == "@" && source.text(index + 1) == "Sendable":
            "@unchecked Sendable"
        case "unsafe" where source.text(index - 1) == "(" && source.text(index - 2) == "nonisolated":
            "nonisolated(unsafe)"
        case "unsafe" where ![":", "."].contains(source.text(index + 1)) && source.text(index - 1) != ".":
            "unsafe"
        case "unsafeBitCast", "unsafeDowncast", "Unmanaged": source.text(index)
        default: nil
        }
    }

    private static func hasReason(_ source: SwiftSource, above line: Int) -> Bool {
        let near = (max(1, line - reach)...line).contains { source.comments[$0]?.contains("SAFETY:") == true }
        // A longer comment counts as a whole when it ends right above.
        var above = line - 1
        while let comment = source.comments[above] {
            if comment.contains("SAFETY:") { return true }
            above -= 1
        }
        return near
    }

    private static func forbiddenCall(_ source: SwiftSource, _ index: Int, in target: String) -> String? {
        let word = source.text(index)
        if word == "try", source.text(index + 1) == "!", source.tokens[index + 1].isGlued { return "try!" }
        guard source.text(index + 1) == "(", ![".", "func"].contains(source.text(index - 1)) else {
            return nil
        }
        switch word {
        case "fatalError": return "fatalError("
        case "print" where target != "cloister", "debugPrint", "dump": return "\(word)("
        default: return nil
        }
    }
}
