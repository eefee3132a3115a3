/// A whole configuration file with everything that can be said, for people to begin with.
package enum SettingsExample {
    /// The file: what holds anyway stands as it is, everything else behind a `#`.
    ///
    /// - Parameter role: for whom; nil for both services in one file.
    /// - Returns: the file's content; a service that reads it does what it does without, but for what it has to be told.
    package static func text(for role: ServiceRole? = nil) -> String {
        var lines = [
            "# Configuration of Cloister: every key there is. `cloister config check FILE` says whether a file is right.",
            "# What begins with `#` is not set; the value shown is an example. docs/configuration.md says more.",
        ]
        for topic in SettingsCatalogue.topics {
            let settings = topic.settings.filter { role.map($0.readers.contains) ?? true }
            guard !settings.isEmpty else { continue }
            lines += ["", "## \(topic.title)"]
            var tree = Tree()
            for setting in settings {
                for names in examples(of: setting) { tree.add(setting, names) }
            }
            lines += tree.lines(0)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A key and its value as one line.
    package static func line(_ key: String, _ value: SettingValue) -> String { "\(key): \(Self.text(value))" }

    private static func examples(of setting: Setting) -> [[String]] {
        switch setting.names(in: setting.pattern)?.first {
        case nil: [[]]
        case "POOL": DefaultPools.names.map { [$0] }
        default: [["company", "sessions"]]
        }
    }

    private static func text(_ value: SettingValue) -> String {
        switch value {
        case .text(let text): quoted(text)
        case .list(let texts): "[" + texts.map(quoted).joined(separator: ", ") + "]"
        }
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
        if isPlain, !text.isEmpty { return text }
        let escaped = text.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }

    /// Sections and keys as they stand in a file.
    private struct Tree {
        private var order: [String] = []
        private var sections: [String: Tree] = [:]
        private var keys: [String: (setting: Setting, names: [String])] = [:]

        mutating func add(_ setting: Setting, _ names: [String]) {
            add(setting.key(names).split(separator: ".").map(String.init)[...], setting, names)
        }

        private mutating func add(_ path: ArraySlice<String>, _ setting: Setting, _ names: [String]) {
            guard let name = path.first else { return }
            if !order.contains(name) { order.append(name) }
            if path.count == 1 {
                keys[name] = (setting, names)
            } else {
                sections[name, default: Tree()].add(path.dropFirst(), setting, names)
            }
        }

        func lines(_ depth: Int) -> [String] {
            let indent = String(repeating: "  ", count: depth)
            return order.flatMap { name -> [String] in
                if let section = sections[name] {
                    return [(section.isSet ? "" : "#") + "\(indent)\(name):"] + section.lines(depth + 1)
                }
                guard let (setting, names) = keys[name] else { return [] }
                let standard = setting.standardText(names)
                let value = SettingValue(standard ?? setting.example, of: setting.kind)
                return ["\(indent)# \(setting.meaning)"]
                    + [(isSet(setting, names) ? "" : "#") + indent + line(name, value)]
            }
        }

        /// Whether anything in it is more than a remark.
        private var isSet: Bool {
            keys.values.contains { isSet($0.setting, $0.names) } || sections.values.contains(where: \.isSet)
        }

        private func isSet(_ setting: Setting, _ names: [String]) -> Bool {
            if setting.pattern.hasPrefix("issuer.") { return false }
            if case .required = setting.standard { return true }
            return setting.standardText(names) != nil
        }
    }
}
