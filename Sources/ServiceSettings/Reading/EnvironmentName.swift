/// The variables of the environment that stand for keys.
package enum EnvironmentName {
    /// How the name of each begins.
    static let prefix = "CLOISTER_"

    /// Variables that are for something else.
    static let others: Set<String> = [
        "CLOISTER_API_KEY", "CLOISTER_CA_FILE", "CLOISTER_POOL", "CLOISTER_URL",
        "CLOISTER_CACHE", "CLOISTER_IMAGE", "CLOISTER_CONTEXT",
        "CLOISTER_STATE_DIR", "CLOISTER_UPDATE", "CLOISTER_DEBIAN_MIRROR",
        "CLOISTER_DEBIAN_SECURITY_MIRROR", "CLOISTER_PLACE_ONLY", "CLOISTER_SEED",
    ]

    /// The variable of a key: `listen.publicUrl` is `CLOISTER_LISTEN_PUBLIC_URL`.
    ///
    /// - Parameter key: the key.
    /// - Returns: the variable's name.
    package static func of(_ key: String) -> String {
        var name = prefix
        var last: Character = "."
        for letter in key {
            if letter.isUppercase, last.isLowercase { name.append("_") }
            name += letter.isASCII && (letter.isLetter || letter.isNumber) ? letter.uppercased() : "_"
            last = letter
        }
        return name
    }

    /// Whether a variable that stands for no key seems to be meant for one.
    ///
    /// - Parameters:
    ///   - name: the variable.
    ///   - known: the variables of all keys.
    /// - Returns: what is wrong with it; nil when it is none of our business.
    static func mistake(_ name: String, known: some Collection<String>) -> String? {
        guard name.hasPrefix(prefix), !others.contains(name) else { return nil }
        if let meant = Suggestion.closest(to: name.suffix, among: known.map(\.suffix)) {
            return "the variable \(name) stands for no key; did you mean \(prefix)\(meant)?"
        }
        let sections = ["LISTEN_", "RATE_LIMIT_", "AUDIT_", "ISSUER_", "POOLS_", "CAPACITY_", "TLS_"]
        return sections.contains { name.suffix.hasPrefix($0) }
            ? "the variable \(name) stands for no key; docs/configuration.md has them all" : nil
    }
}

extension String {
    fileprivate var suffix: String { String(dropFirst(EnvironmentName.prefix.count)) }
}
