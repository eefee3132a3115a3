internal import Domain

/// A pool's resource as clients see it.
extension SessionPoolResource {
    /// When a resource was made and changed.
    package struct History: Hashable, Sendable {
        /// When it was made, in milliseconds since 1970 UTC.
        package let createdMilliseconds: UInt64
        /// When it was last changed, in milliseconds since 1970 UTC.
        package let changedMilliseconds: UInt64

        /// Makes a history.
        ///
        /// - Parameters:
        ///   - createdMilliseconds: when it was made.
        ///   - changedMilliseconds: when it was last changed.
        package init(createdMilliseconds: UInt64, changedMilliseconds: UInt64) {
            self.createdMilliseconds = createdMilliseconds
            self.changedMilliseconds = changedMilliseconds
        }

        fileprivate var json: JSONValue {
            .object([
                .init("createdAt", .string(Timestamp(epochMilliseconds: createdMilliseconds).text)),
                .init("lastModifiedAt", .string(Timestamp(epochMilliseconds: changedMilliseconds).text)),
            ])
        }
    }

    /// The body of answers.
    ///
    /// - Parameters:
    ///   - version: the version that the client asked for; it decides the spelling.
    ///   - history: when the resource was made and changed; nil for one of the configuration.
    ///   - origin: scheme, host and port under which clients reach the server.
    /// - Returns: everything that was said but the secrets' values, and what only the server knows.
    package func rendered(for version: APIVersion, history: History?, origin: String) -> JSONValue {
        let endpoint = origin + address.dataPath
        let lifecycle = ["properties", "dynamicPoolConfiguration", "lifecycleConfiguration"]
        var body = Self.defaults
        if document[lifecycle] == nil { body = body.setting(lifecycle, to: Self.defaultLifecycle) }
        body = body.merged(with: document)
            .setting(["properties", "provisioningState"], to: .string("Succeeded"))
            .setting(["properties", "poolManagementEndpoint"], to: .string(endpoint))
        if case .array(let secrets)? = body[["properties", "secrets"]] {
            let names = secrets.map { JSONValue.object([.init("name", $0["name"] ?? .null)]) }
            body = body.setting(["properties", "secrets"], to: .array(names))
        }
        let mcp = ["properties", "mcpServerSettings"]
        if !version.hasMCPServerSettings {
            body = body.without(mcp)
        } else if body[mcp + ["isMcpServerEnabled"]] == .boolean(true) {
            body = body.setting(mcp + ["mcpServerEndpoint"], to: .string(endpoint + "/mcp"))
        }
        if version.spellsLifecycleFlat { body = body.inOldSpelling }
        var head: [JSONValue.Member] = [
            .init("id", .string(address.resourceID)), .init("name", .string(address.name.text)),
            .init("type", .string("Microsoft.App/sessionPools")),
        ]
        if let history { head.append(.init("systemData", history.json)) }
        guard case .object(let members) = body else { return body }
        return .object(head + members)
    }

    private static let defaultLifecycle = JSONValue.object([
        .init("lifecycleType", .string("Timed")),
        .init("cooldownPeriodInSeconds", .integer(standardCooldown)),
    ])

    // What holds where nothing was said, shown so that nobody has to guess.
    private static let defaults = JSONValue.object([
        .init("identity", .object([.init("type", .string("None"))])),
        .init(
            "properties",
            .object([
                .init("containerType", .string("PythonLTS")),
                .init("poolManagementType", .string("Dynamic")),
                .init(
                    "scaleConfiguration",
                    .object([.init("maxConcurrentSessions", .integer(standardSessions))])
                ),
                .init(
                    "sessionNetworkConfiguration",
                    .object([.init("status", .string("EgressDisabled"))])
                ),
                .init("managedIdentitySettings", .array([])),
            ])
        ),
    ])
}

extension JSONValue {
    /// `dynamicPoolConfiguration` as versions until 2024-10-02-preview have it; they know `Timed` only.
    fileprivate var inOldSpelling: JSONValue {
        let path = ["properties", "dynamicPoolConfiguration"]
        guard let lifecycle = self[path + ["lifecycleConfiguration"]],
            let cooldown = lifecycle["cooldownPeriodInSeconds"]
        else { return without(path) }
        let old = Self.object([
            .init("executionType", .string("Timed")), .init("cooldownPeriodInSeconds", cooldown),
        ])
        return without(path).setting(path, to: old)
    }
}
