package import Domain

/// What a pool's resource means for the cluster, and what it may not say (dynamic-sessions-api.md, section 5.4).
extension SessionPoolResource {
    /// How many sessions a pool has that does not say (what `az` sends).
    static let standardSessions = 10
    /// How long a session of a pool that does not say lives on without a request, in seconds (what `az` sends).
    static let standardCooldown = 300

    private var properties: JSONValue { document["properties"] ?? .object([]) }

    /// The pool as the cluster has to run it.
    ///
    /// - Returns: the configuration, checked.
    /// - Throws: `sessionPoolFeatureNotSupported` for what Cloister does not have yet,
    ///   `sessionPoolInvalidReadySessionInstances`, `invalidRequestContent`.
    package func configuration() throws(Failure) -> PoolConfiguration {
        try refuseUnsupported()
        try checkSecrets()
        var pool = PoolConfiguration(name: address.name, runtime: try runtime())
        pool.lifecycle = try lifecycle()
        pool.maxConcurrentSessions =
            try integer(["scaleConfiguration", "maxConcurrentSessions"]) ?? Self.standardSessions
        if let ready = try integer(["scaleConfiguration", "readySessionInstances"]) {
            guard ready > 0, ready < pool.maxConcurrentSessions else {
                throw Failure(
                    .sessionPoolInvalidReadySessionInstances,
                    "readySessionInstances is \(ready). Supported values should be greater than 0 and smaller "
                        + "than maxConcurrentSessions (\(pool.maxConcurrentSessions))."
                )
            }
            pool.readySessions = ready
        }
        pool.mcp = MCPSettings(
            isEnabled: properties[["mcpServerSettings", "isMcpServerEnabled"]] == .boolean(true),
            isKeyDisabled: properties[["mcpServerSettings", "isMcpServerApiKeyDisabled"]] == .boolean(true)
        )
        try applyCloisterSettings(to: &pool)
        do throws(Failure) {
            return try pool.validated()
        } catch {
            throw Failure(.invalidRequestContent, error.message)
        }
    }

    private func refuseUnsupported() throws(Failure) {
        if properties["poolManagementType"]?.text == "Manual" {
            throw Self.unsupported("poolManagementType Manual is not supported; take Dynamic")
        }
        let network = properties["sessionNetworkConfiguration"]
        if network?["status"]?.text == "EgressEnabled" || network?["outboundVnetSubnetId"] != nil {
            throw Self.unsupported(
                "EgressEnabled is not supported yet: sessions have no network. Take EgressDisabled, and no subnet"
            )
        }
        for name in ["environmentId", "customContainerTemplate"] where properties[name] != nil {
            throw Failure(
                .invalidRequestContent,
                "\(name) is for pools of containerType CustomContainer only."
            )
        }
        if case .array(let settings)? = properties["managedIdentitySettings"], !settings.isEmpty {
            throw Self.unsupported("managedIdentitySettings are not supported: sessions have no identity")
        }
        if let type = document[["identity", "type"]]?.text, type != "None" {
            throw Self.unsupported(
                "identity is for pools of containerType CustomContainer, which are not supported yet"
            )
        }
    }

    private func runtime() throws(Failure) -> Runtime {
        switch properties["containerType"]?.text {
        case nil, "PythonLTS": return .python
        case "NodeLTS": return .node
        case "Shell": return .shell
        case .some(let type):
            throw Self.unsupported(
                "containerType \(type) is not supported yet. Valid types are: [PythonLTS, NodeLTS, Shell]"
            )
        }
    }

    private func lifecycle() throws(Failure) -> SessionLifecycle {
        let section = ["dynamicPoolConfiguration", "lifecycleConfiguration"]
        let cooldown = try integer(section + ["cooldownPeriodInSeconds"])
        let maxAlive = try integer(section + ["maxAlivePeriodInSeconds"])
        guard properties[section + ["lifecycleType"]]?.text == "OnContainerExit" else {
            guard maxAlive == nil else {
                throw Failure(
                    .invalidRequestContent,
                    "maxAlivePeriodInSeconds is for lifecycleType OnContainerExit only; Timed has cooldownPeriodInSeconds."
                )
            }
            return .timed(cooldown: .seconds(cooldown ?? Self.standardCooldown))
        }
        guard let maxAlive, cooldown == nil else {
            throw Failure(
                .invalidRequestContent,
                "lifecycleType OnContainerExit has maxAlivePeriodInSeconds and no cooldownPeriodInSeconds."
            )
        }
        return .onContainerExit(maxAlive: .seconds(maxAlive))
    }

    private func checkSecrets() throws(Failure) {
        guard case .array(let secrets)? = properties["secrets"] else { return }
        var names: Set<String> = []
        for secret in secrets {
            guard let name = secret["name"]?.text, !name.isEmpty, names.insert(name).inserted else {
                throw Failure(.invalidRequestContent, "Each secret has a name of its own.")
            }
            guard secret["value"] != nil else {
                throw Failure(.invalidRequestContent, "The secret '\(name)' has no value.")
            }
        }
    }

    private func applyCloisterSettings(to pool: inout PoolConfiguration) throws(Failure) {
        let section = "cloisterSettings"
        pool.memoryMiB = try integer([section, "memoryMiB"]) ?? pool.memoryMiB
        pool.virtualCPUs = try integer([section, "virtualCPUs"]) ?? pool.virtualCPUs
        pool.diskMiB = try integer([section, "diskMiB"]) ?? min(pool.diskMiB, pool.memoryMiB / 2)
        pool.processes = try integer([section, "processes"]) ?? pool.processes
        pool.limits.codeBytes = try integer([section, "codeBytes"]) ?? pool.limits.codeBytes
        pool.limits.outputBytes = try integer([section, "outputBytes"]) ?? pool.limits.outputBytes
        pool.limits.resultBytes = try integer([section, "resultBytes"]) ?? pool.limits.resultBytes
        pool.limits.images = try integer([section, "images"]) ?? pool.limits.images
        if let seconds = try integer([section, "timeoutSeconds"]) { pool.limits.timeout = .seconds(seconds) }
        guard case .array(let hours)? = properties[[section, "readySchedule"]] else { return }
        for entry in hours {
            guard case .integer(let from)? = entry["fromHour"], case .integer(let to)? = entry["toHour"],
                case .integer(let ready)? = entry["readySessionInstances"],
                (0...23).contains(from), (1...24).contains(to), from != to,
                (0..<pool.maxConcurrentSessions).contains(ready)
            else {
                throw Failure(
                    .invalidRequestContent,
                    "An entry of readySchedule has fromHour (0 to 23), toHour (1 to 24) and readySessionInstances "
                        + "(below maxConcurrentSessions); hours are UTC."
                )
            }
            pool.readySchedule.append(ReadyHours(fromHour: from, toHour: to, readySessions: ready))
        }
    }

    private func integer(_ path: [String]) throws(Failure) -> Int? {
        guard case .integer(let number)? = properties[path] else { return nil }
        guard (0...Int(Int32.max)).contains(number) else {
            throw Failure(
                .invalidRequestContent,
                "\(path.joined(separator: ".")) has to be from 0 to \(Int32.max)."
            )
        }
        return number
    }

    private static func unsupported(_ sentence: String) -> Failure {
        Failure(.sessionPoolFeatureNotSupported, "\(sentence).")
    }
}
