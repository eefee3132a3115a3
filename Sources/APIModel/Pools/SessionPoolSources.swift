package import Domain
internal import FoundationEssentials

/// Where resources come from that nobody sent just now.
extension SessionPoolResource {
    /// Reads a record.
    ///
    /// - Parameter record: the record.
    /// - Throws: `internalError` when its document is no JSON.
    package init(_ record: PoolRecord) throws(Failure) {
        guard let document = try? JSONDecoder().decode(JSONValue.self, from: Data(record.document)) else {
            throw Failure(.internalError, "The record of the pool \(record.name) cannot be read.")
        }
        self.init(
            address: SessionPoolAddress(
                subscription: record.subscription,
                resourceGroup: record.resourceGroup,
                name: record.name
            ),
            document: document
        )
    }

    /// Describes a pool that stands in the configuration.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - address: where it is looked for.
    package init(of pool: PoolConfiguration, at address: SessionPoolAddress) {
        let containerType = [Runtime.node: "NodeLTS", .shell: "Shell"][pool.runtime] ?? "PythonLTS"
        let period =
            switch pool.lifecycle {
            case .timed: "cooldownPeriodInSeconds"
            case .onContainerExit: "maxAlivePeriodInSeconds"
            }
        var scale: [JSONValue.Member] = [
            .init("maxConcurrentSessions", .integer(pool.maxConcurrentSessions))
        ]
        if pool.readySessions > 0 {
            scale.append(.init("readySessionInstances", .integer(pool.readySessions)))
        }
        let lifecycle: [JSONValue.Member] = [
            .init("lifecycleType", .string(pool.lifecycle.name)),
            .init(period, .integer(Int(pool.lifecycle.duration.components.seconds))),
        ]
        let settings: [JSONValue.Member] = [
            .init("memoryMiB", .integer(pool.memoryMiB)), .init("virtualCPUs", .integer(pool.virtualCPUs)),
            .init("diskMiB", .integer(pool.diskMiB)), .init("processes", .integer(pool.processes)),
            .init("timeoutSeconds", .integer(Int(pool.limits.timeout.components.seconds))),
            .init("codeBytes", .integer(pool.limits.codeBytes)),
            .init("outputBytes", .integer(pool.limits.outputBytes)),
            .init("resultBytes", .integer(pool.limits.resultBytes)),
            .init("images", .integer(pool.limits.images)),
        ]
        self.init(
            address: address,
            document: .object([
                .init("location", .string("local")),
                .init(
                    "properties",
                    .object([
                        .init("containerType", .string(containerType)),
                        .init("scaleConfiguration", .object(scale)),
                        .init(
                            "dynamicPoolConfiguration",
                            .object([.init("lifecycleConfiguration", .object(lifecycle))])
                        ),
                        .init("mcpServerSettings", Self.settings(pool.mcp)),
                        .init("cloisterSettings", .object(settings)),
                    ])
                ),
            ])
        )
    }

    private static func settings(_ mcp: MCPSettings) -> JSONValue {
        .object([
            .init("isMcpServerEnabled", .boolean(mcp.isEnabled)),
            .init("isMcpServerApiKeyDisabled", .boolean(mcp.isKeyDisabled)),
        ])
    }
}
