/// How a command shows what it found.
package enum OutputFormat: String, CaseIterable, Sendable {
    /// Columns for people; they may change with any version.
    case table
    /// JSON for programs: names and types of members stay.
    case json
    /// The same as YAML.
    case yaml
}
