internal import Domain

/// A configuration that was read and checked: every value in it is one that its key may have.
package struct Settings: Sendable {
    /// Where the values come from, for messages.
    package let source: String
    /// What is wrong; a service does not start with any of it.
    package private(set) var problems: [SettingsProblem]
    /// The variables of the environment that stand for a key, whether or not it was used.
    package let variables: Set<String>

    private let values: [String: SettingValue]

    /// Reads a configuration; nothing is thrown for what is wrong with it.
    ///
    /// - Parameters:
    ///   - sources: where the values come from.
    ///   - role: who reads it; nil to leave out which keys have to be there.
    package init(_ sources: SettingsSources, for role: ServiceRole?) {
        let resolution = SettingsResolution(sources)
        source = sources.name
        values = resolution.values
        problems = resolution.problems
        let known = Set(resolution.known.values.map(\.variable))
        variables = known.intersection(sources.environment.keys)
        if let role { findMissing(resolution.known, role) }
        findHalves()
        guard !problems.contains(where: { $0.key.hasPrefix("pools.") }) else { return }
        for name in DefaultPools.names {
            do throws(Failure) { _ = try pool(name, nil) } catch {
                problems.append(
                    SettingsProblem(
                        key: "pools.\(name)",
                        place: source,
                        "pools.\(name): \(error.message.dropLast())"
                    )
                )
            }
        }
    }

    /// A text that is there, because it has to be or because the catalogue has a standard.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: the text.
    package func text(_ setting: Setting, _ names: String...) -> String {
        guard let text = text(setting, names) else {
            preconditionFailure("\(setting.key(names)) was not checked, or may be absent")
        }
        return text
    }

    /// A text that may be absent.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: the text; nil when there is none.
    package func optionalText(_ setting: Setting, _ names: String...) -> String? { text(setting, names) }

    /// A number that is there.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: the number.
    package func integer(_ setting: Setting, _ names: String...) -> Int {
        guard let number = integer(setting, names) else {
            preconditionFailure("\(setting.key(names)) may be absent")
        }
        return number
    }

    /// A number that may be absent.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: the number; nil when there is none.
    package func optionalInteger(_ setting: Setting, _ names: String...) -> Int? { integer(setting, names) }

    /// A choice between yes and no.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: what was chosen.
    package func flag(_ setting: Setting, _ names: String...) -> Bool {
        guard case .flag = setting.kind else { preconditionFailure("\(setting.pattern) is no flag") }
        return text(setting, names) == "true"
    }

    /// A list.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: its elements; none when it may be absent and is.
    package func list(_ setting: Setting, _ names: String...) -> [String] {
        precondition(setting.kind.isList, "\(setting.pattern) is no list")
        guard case .list(let texts)? = value(setting, names) else { return [] }
        return texts
    }

    /// Whether something was said about a key.
    ///
    /// - Parameters:
    ///   - setting: the key.
    ///   - names: the names in it.
    /// - Returns: whether it stands in one of the sources.
    package func says(_ setting: Setting, _ names: String...) -> Bool { values[setting.key(names)] != nil }

    /// What was said, as keys and values in YAML's flow style, for a file that says the same.
    ///
    /// - Parameters:
    ///   - role: whose keys.
    ///   - excluded: keys that are left out.
    /// - Returns: the lines, in the order of their keys.
    package func lines(for role: ServiceRole, without excluded: [Setting]) -> [String] {
        values.sorted { $0.key < $1.key }.compactMap { key, value in
            guard let setting = SettingsCatalogue.settings.first(where: { $0.names(in: key) != nil }),
                setting.readers.contains(role), !excluded.contains(where: { $0.pattern == setting.pattern })
            else { return nil }
            return SettingsExample.line(key, value)
        }
    }

    private func text(_ setting: Setting, _ names: [String]) -> String? {
        precondition(!setting.kind.isList, "\(setting.pattern) is a list")
        guard case .text(let text)? = value(setting, names) else { return nil }
        return text
    }

    private func integer(_ setting: Setting, _ names: [String]) -> Int? {
        guard case .integer = setting.kind else { preconditionFailure("\(setting.pattern) is no number") }
        return text(setting, names).flatMap { Int($0) }
    }

    private func value(_ setting: Setting, _ names: [String]) -> SettingValue? {
        precondition(
            SettingsCatalogue.settings.contains { $0.pattern == setting.pattern },
            "\(setting.pattern) is not in the catalogue"
        )
        return values[setting.key(names)]
            ?? setting.standardText(names).map { SettingValue($0, of: setting.kind) }
    }

    private mutating func findMissing(_ known: [String: SettingsResolution.Known], _ role: ServiceRole) {
        for (key, known) in known.sorted(by: { $0.key < $1.key }) {
            guard case .required = known.setting.standard, known.setting.readers.contains(role),
                values[key] == nil, !problems.contains(where: { $0.key == key }), !isInEtcd(known.setting)
            else { continue }
            problems.append(
                SettingsProblem(
                    key: key,
                    place: source,
                    "the key \(key) is missing; such as \(known.setting.example)"
                )
            )
        }
    }

    /// Coordinators that share etcd have no file of their own.
    private func isInEtcd(_ setting: Setting) -> Bool {
        setting.pattern == Setting.storeFile.pattern && says(.etcdEndpoints)
    }

    /// Keys that come together or not at all.
    private mutating func findHalves() {
        let groups: [[Setting]] = [
            [.tlsCertificateFile, .tlsKeyFile, .tlsAuthorityFile], [.listenCertificateFile, .listenKeyFile],
            [.etcdUser, .etcdPasswordFile], [.etcdCertificateFile, .etcdKeyFile],
        ]
        for group in groups where group.contains(where: { values[$0.pattern] != nil }) {
            for setting in group where values[setting.pattern] == nil {
                let others = group.map(\.pattern).filter { $0 != setting.pattern }
                problems.append(
                    SettingsProblem(
                        key: setting.pattern,
                        place: source,
                        "the key \(setting.pattern) is missing; it comes together with \(others.joined(separator: " and "))"
                    )
                )
            }
        }
    }
}
