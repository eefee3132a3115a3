/// Brings the sources together and finds everything that is wrong with them.
struct SettingsResolution {
    /// A key that the configuration may have, now that the names in it are known.
    struct Known {
        let setting: Setting
        let names: [String]
        let variable: String
    }

    private let sources: SettingsSources
    private let file: SettingsFile
    private let basis: SettingsFile
    private var flags: [String: String] = [:]

    /// Every key there may be.
    private(set) var known: [String: Known] = [:]
    /// What was said, as far as it is right.
    private(set) var values: [String: SettingValue] = [:]
    /// What is wrong.
    private(set) var problems: [SettingsProblem] = []

    /// Brings the sources together.
    ///
    /// - Parameter sources: the sources.
    init(_ sources: SettingsSources) {
        self.sources = sources
        file = SettingsFile(sources.file)
        basis = SettingsFile(sources.basis)
        problems = file.problems.map { $0.inFile(sources.name) }
        readFlags()
        for setting in SettingsCatalogue.settings { expand(setting) }
        for (key, known) in known.sorted(by: { $0.key < $1.key }) { take(key, known) }
        findUnknown()
    }

    private mutating func readFlags() {
        for flag in sources.flags {
            guard let end = flag.firstIndex(of: "=") else {
                problems.append(
                    SettingsProblem(
                        key: flag,
                        place: "--set \(flag)",
                        "it has to be key=value, such as listen.port=9090"
                    )
                )
                continue
            }
            flags[String(flag[..<end])] = String(flag[flag.index(after: end)...])
        }
    }

    /// Adds the keys of a pattern: those for every name that it can have.
    private mutating func expand(_ setting: Setting) {
        for names in names(of: setting) {
            let key = setting.key(names)
            known[key] = Known(setting: setting, names: names, variable: EnvironmentName.of(key))
        }
    }

    private func names(of setting: Setting) -> [[String]] {
        let placeholders = setting.names(in: setting.pattern) ?? []
        switch placeholders.first {
        case nil: return [[]]
        case "POOL": return DefaultPools.names.map { [$0] }
        default:
            let issuers = list(Setting.issuers, [])
            guard placeholders.count == 2 else { return issuers.map { [$0] } }
            return issuers.flatMap { issuer in list(.issuerGrants, [issuer]).map { [issuer, $0] } }
        }
    }

    private func list(_ setting: Setting, _ names: [String]) -> [String] {
        let key = setting.key(names)
        guard case .list(let texts)? = said(key, setting.kind, EnvironmentName.of(key))?.value else {
            return []
        }
        return texts
    }

    /// What the strongest source says.
    private func said(
        _ key: String,
        _ kind: SettingKind,
        _ variable: String
    ) -> (value: SettingValue, place: String)? {
        if let text = flags[key] { return (SettingValue(text, of: kind), "--set") }
        if let text = sources.environment[variable], !text.isEmpty {
            return (SettingValue(text, of: kind), "the variable \(variable)")
        }
        if let entry = file.entries.first(where: { $0.key == key }) {
            return (entry.value, "\(sources.name):\(entry.line)")
        }
        return basis.entries.first { $0.key == key }.map { ($0.value, "what the worker got when it joined") }
    }

    private mutating func take(_ key: String, _ known: Known) {
        if let empty = file.emptySections.first(where: { $0.key == key }) {
            problems.append(
                SettingsProblem(
                    key: key,
                    place: "\(sources.name):\(empty.line)",
                    "\(key) has no value; give it one or leave it out"
                )
            )
        }
        guard let (value, place) = said(key, known.setting.kind, known.variable) else { return }
        do throws(SettingKind.Mismatch) {
            values[key] = try known.setting.kind.checked(value)
        } catch {
            problems.append(SettingsProblem(key: key, place: place, "\(key) \(error.sentence)"))
        }
    }

    private mutating func findUnknown() {
        for entry in file.entries where known[entry.key] == nil {
            unknown(entry.key, "\(sources.name):\(entry.line)")
        }
        for section in file.emptySections
        where known[section.key] == nil && !known.keys.contains(where: { $0.hasPrefix(section.key + ".") }) {
            unknown(section.key, "\(sources.name):\(section.line)")
        }
        for key in flags.keys.sorted() where known[key] == nil { unknown(key, "--set") }
        let variables = known.values.map(\.variable)
        for name in sources.environment.keys.sorted() where !variables.contains(name) {
            guard let mistake = EnvironmentName.mistake(name, known: variables) else { continue }
            problems.append(SettingsProblem(key: name, place: "the environment", mistake))
        }
    }

    private mutating func unknown(_ key: String, _ place: String) {
        problems.append(SettingsProblem(key: key, place: place, explanation(key)))
    }

    private func explanation(_ key: String) -> String {
        for setting in SettingsCatalogue.settings {
            guard let names = setting.names(in: key), !names.isEmpty else { continue }
            switch names.count {
            case 2 where list(.issuers, []).contains(names[0]):
                return "\(key) is for nobody: issuer.\(names[0]).grants does not name \(names[1])"
            case _ where key.hasPrefix("issuer."):
                return "\(key) is for nobody: issuers does not name \(names[0])"
            default: break
            }
        }
        if known.keys.contains(where: { $0.hasPrefix(key + ".") }) {
            return "\(key) is a section and has keys below it, no value of its own"
        }
        if let meant = Suggestion.closest(to: key, among: known.keys.sorted()) {
            return "there is no key \(key); did you mean \(meant)?"
        }
        let part = key.split(separator: ".").last.map(String.init) ?? key
        if let meant = known.keys.sorted().first(where: { $0.hasSuffix("." + part) }) {
            return "there is no key \(key); did you mean \(meant)?"
        }
        return "there is no key \(key); `cloister config example` shows them all"
    }
}
