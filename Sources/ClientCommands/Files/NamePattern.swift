/// A path with wildcards, as shells have them: `*`, `?` and `[a-z]` within a name.
struct NamePattern: Hashable, Sendable {
    private static let wildcards: Set<Character> = ["*", "?", "["]

    private let parts: [[Character]]

    /// Reads a pattern.
    ///
    /// - Parameter text: the pattern; a path without wildcards matches itself only.
    init(_ text: String) {
        parts = PathParts.of(text).map { Array($0) }
    }

    /// Whether a text has a wildcard.
    ///
    /// - Parameter text: a path or pattern.
    /// - Returns: whether it has.
    static func isPattern(_ text: String) -> Bool { text.contains { wildcards.contains($0) } }

    /// The folders before the first part with a wildcard.
    var folder: String {
        parts.dropLast().prefix { !Self.isPattern(String($0)) }.map { String($0) }.joined(separator: "/")
    }

    /// Whether what it matches may stand in folders below ``folder``.
    var isDeep: Bool { parts.count > PathParts.of(folder).count + 1 }

    /// Whether a path matches, part by part.
    ///
    /// - Parameter path: the path.
    /// - Returns: whether it does; a hidden name is matched by a part that begins with a dot only.
    func matches(_ path: String) -> Bool {
        let names = PathParts.of(path).map { Array($0) }
        guard names.count == parts.count else { return false }
        return zip(parts, names).allSatisfy { part, name in
            (name.first != "." || part.first == ".") && Self.matches(part[...], name[...])
        }
    }

    private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
        var (pattern, name) = (pattern, name)
        // Where the last star stands and how much it has taken: each step takes one more, so no pattern is slow.
        var star: (pattern: ArraySlice<Character>, name: ArraySlice<Character>)?
        while !name.isEmpty {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                star = (pattern, name)
            } else if let rest = step(pattern, name.first) {
                pattern = rest
                name = name.dropFirst()
            } else if let last = star {
                let shorter = last.name.dropFirst()
                star = (last.pattern, shorter)
                (pattern, name) = (last.pattern, shorter)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == "*" }
    }

    /// The pattern behind the part that matches a character; nil when it does not match.
    private static func step(
        _ pattern: ArraySlice<Character>,
        _ character: Character?
    ) -> ArraySlice<Character>? {
        guard let character, let first = pattern.first else { return nil }
        if first == "?" { return pattern.dropFirst() }
        if first == "[", let end = pattern.dropFirst(2).firstIndex(of: "]") {
            var set = pattern[pattern.index(after: pattern.startIndex)..<end]
            let isNegated = set.first == "!"
            if isNegated { set = set.dropFirst() }
            return isIn(set, character) != isNegated ? pattern[(end + 1)...] : nil
        }
        return first == character ? pattern.dropFirst() : nil
    }

    private static func isIn(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
        var rest = set
        while let first = rest.popFirst() {
            if rest.count >= 2, rest.first == "-", let last = rest.dropFirst().first {
                if first <= character, character <= last { return true }
                rest = rest.dropFirst(2)
            } else if first == character {
                return true
            }
        }
        return false
    }
}
