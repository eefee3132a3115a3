/// The version of the server, as the API shows it.
package struct VersionResource: Hashable, Sendable, Decodable {
    /// The program's version.
    package let version: String
    /// The versions of the contract that it takes.
    package let apiVersions: [String]

    /// Puts the members together.
    ///
    /// - Parameters:
    ///   - version: the program's version.
    ///   - apiVersions: the versions of the contract that it takes.
    package init(version: String, apiVersions: [String]) {
        self.version = version
        self.apiVersions = apiVersions
    }

    /// The version as JSON.
    package var json: JSONValue {
        .object([
            .init("version", .string(version)),
            .init("apiVersions", .array(apiVersions.map(JSONValue.string))),
        ])
    }
}
