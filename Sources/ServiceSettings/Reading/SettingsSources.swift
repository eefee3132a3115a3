/// Where the values of a configuration come from; the later wins: file, environment, flags.
package struct SettingsSources: Sendable {
    /// The file's name, for messages; nil without a file.
    package let fileName: String?
    let file: String
    let environment: [String: String]
    let flags: [String]

    /// Names the sources.
    ///
    /// - Parameters:
    ///   - fileName: the YAML file's name; nil without a file.
    ///   - file: its content.
    ///   - environment: the variables of the environment.
    ///   - flags: `key=value` each, as given with `--set`.
    package init(
        fileName: String? = nil,
        file: String = "",
        environment: [String: String] = [:],
        flags: [String] = []
    ) {
        self.fileName = fileName
        self.file = file
        self.environment = environment
        self.flags = flags
    }

    /// What messages name as the place of a key that is nowhere.
    var name: String { fileName ?? "The environment" }
}
