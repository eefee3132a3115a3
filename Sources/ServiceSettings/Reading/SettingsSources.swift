/// Where the values of a configuration come from; the later wins: file, environment, flags.
package struct SettingsSources: Sendable {
    /// The file's name, for messages; nil without a file.
    package let fileName: String?
    let file: String
    let environment: [String: String]
    let flags: [String]
    /// What holds when no other source says anything, as YAML.
    let basis: String

    /// Names the sources.
    ///
    /// - Parameters:
    ///   - fileName: the YAML file's name; nil without a file.
    ///   - file: its content.
    ///   - environment: the variables of the environment.
    ///   - flags: `key=value` each, as given with `--set`.
    ///   - basis: what holds when no other source says anything, as YAML that is known to be right.
    package init(
        fileName: String? = nil,
        file: String = "",
        environment: [String: String] = [:],
        flags: [String] = [],
        basis: String = ""
    ) {
        self.fileName = fileName
        self.file = file
        self.environment = environment
        self.flags = flags
        self.basis = basis
    }

    /// What messages name as the place of a key that is nowhere.
    var name: String { fileName ?? "The environment" }
}
