/// A key of the configuration: all that is known of it.
///
/// A part of the name in capitals stands for a name: `pools.POOL.memoryMiB` is a key for each pool.
package struct Setting: Sendable {
    /// What has to be there, and what holds where nothing was said.
    package enum Standard: Sendable {
        /// The services that read the key do not start without it.
        case required
        /// This value, written as in the file.
        case value(String)
        /// A value for each name that the key is for.
        case valueOfName([String: String])
        /// No value; the text says what holds instead.
        case absent(String)
    }

    /// The key, its parts with dots between them.
    package let pattern: String
    /// What its value may be.
    package let kind: SettingKind
    /// What holds without it.
    package let standard: Standard
    /// The services that read it.
    package let readers: Set<ServiceRole>
    /// What it is for, in a sentence or two.
    package let meaning: String
    /// A value that does.
    package let example: String

    init(
        _ pattern: String,
        _ kind: SettingKind,
        _ standard: Standard,
        for readers: Set<ServiceRole>,
        example: String,
        _ meaning: String
    ) {
        self.pattern = pattern
        self.kind = kind
        self.standard = standard
        self.readers = readers
        self.example = example
        self.meaning = meaning
    }

    /// The key for given names.
    ///
    /// - Parameter names: what stands for the parts in capitals, in their order.
    /// - Returns: the key.
    package func key(_ names: [String] = []) -> String {
        var names = names[...]
        let parts = pattern.split(separator: ".").map { part in
            Self.isPlaceholder(part) ? names.popFirst() ?? String(part) : String(part)
        }
        return parts.joined(separator: ".")
    }

    /// The names in a key, if it is of this pattern.
    ///
    /// - Parameter key: a key.
    /// - Returns: the names, in their order; nil when it is another key.
    package func names(in key: String) -> [String]? {
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        let wanted = pattern.split(separator: ".")
        guard parts.count == wanted.count else { return nil }
        var names: [String] = []
        for (part, wanted) in zip(parts, wanted) {
            if Self.isPlaceholder(wanted) { names.append(String(part)) } else if part != wanted { return nil }
        }
        return names
    }

    /// The value that holds without the key.
    ///
    /// - Parameter names: the names in the key.
    /// - Returns: the value as it would stand in a file; nil when there is none.
    package func standardText(_ names: [String]) -> String? {
        switch standard {
        case .required, .absent: nil
        case .value(let text): text
        case .valueOfName(let texts): names.first.flatMap { texts[$0] }
        }
    }

    private static func isPlaceholder(_ part: Substring) -> Bool {
        part.allSatisfy { $0.isASCII && $0.isUppercase }
    }
}

/// Who reads a configuration.
package enum ServiceRole: String, CaseIterable, Sendable {
    /// `cloister coordinator`.
    case coordinator
    /// `cloister worker`.
    case worker
    /// `cloister up` and `cloister run`: both on one machine, which have a folder for keys and files.
    case up
}
