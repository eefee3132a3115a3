internal import Domain

/// Reads what a configuration says of a pool, below `pools.NAME`.
extension Settings {
    /// The pools of this node; what the configuration does not say is as in the product's own pools.
    ///
    /// - Parameter readySessions: how many sandboxes of each pool are kept ready where the configuration
    ///   does not say it; nil for as many as is usual.
    /// - Returns: the pools that `servedPools` names, checked, in that order; all of them without it.
    /// - Throws: `invalidConfiguration`, with a sentence that names key and bounds.
    func pools(readySessions: Int? = nil) async throws(Failure) -> [PoolConfiguration] {
        let all = try DefaultPools.all(readySessions: readySessions)
        var pools: [PoolConfiguration] = []
        for name in try await optionalList("servedPools") ?? all.map(\.name.text) {
            guard let standard = all.first(where: { $0.name.text == name }) else {
                throw refusal(
                    "servedPools",
                    "names \(name); there are \(all.map(\.name.text).joined(separator: ", "))"
                )
            }
            guard !pools.contains(where: { $0.name == standard.name }) else {
                throw refusal("servedPools", "names \(name) twice")
            }
            pools.append(try pool(standard))
        }
        return pools
    }

    /// The pools of a coordinator, which knows of each whether agents are served; workers need not.
    ///
    /// - Parameter readySessions: as for ``pools(readySessions:)``.
    /// - Returns: the pools.
    /// - Throws: `invalidConfiguration`, with a sentence that names key and bounds.
    func coordinatorPools(readySessions: Int? = nil) async throws(Failure) -> [PoolConfiguration] {
        var pools = try await pools(readySessions: readySessions)
        for index in pools.indices {
            let key = "pools.\(pools[index].name).mcpServer"
            let isSaid = optionalText(key) != nil
            pools[index].mcp.isEnabled = try isSaid ? flag(key) : true
        }
        return pools
    }

    /// How long the coordinator's store keeps tombstones.
    func tombstoneRetention() throws(Failure) -> Duration {
        .seconds(try number("tombstoneRetentionHours", or: 24, in: 1...8_760) * 3_600)
    }

    private func pool(_ standard: PoolConfiguration) throws(Failure) -> PoolConfiguration {
        let section = "pools.\(standard.name)"
        var pool = standard
        try read("\(section).memoryMiB", into: &pool.memoryMiB)
        try read("\(section).virtualCPUs", into: &pool.virtualCPUs)
        try read("\(section).diskMiB", into: &pool.diskMiB)
        try read("\(section).processes", into: &pool.processes)
        try read("\(section).maxConcurrentSessions", into: &pool.maxConcurrentSessions)
        try read("\(section).readySessions", into: &pool.readySessions)
        try read("\(section).codeBytes", into: &pool.limits.codeBytes)
        try read("\(section).outputBytes", into: &pool.limits.outputBytes)
        try read("\(section).resultBytes", into: &pool.limits.resultBytes)
        try read("\(section).images", into: &pool.limits.images)
        if let seconds = try wholeNumber("\(section).timeoutSeconds") {
            pool.limits.timeout = .seconds(seconds)
        }
        pool.lifecycle = try lifecycle(section, or: standard.lifecycle)
        do throws(Failure) {
            return try pool.validated()
        } catch {
            throw Failure(.invalidConfiguration, "\(source): \(section): \(error.message)")
        }
    }

    private func lifecycle(
        _ section: String,
        or standard: SessionLifecycle
    ) throws(Failure) -> SessionLifecycle {
        let cooldown = try wholeNumber("\(section).cooldownSeconds")
        let maxAlive = try wholeNumber("\(section).maxAliveSeconds")
        let kind = text("\(section).lifecycle", or: standard.name)
        switch kind.lowercased() {
        case "timed":
            guard maxAlive == nil else {
                throw Failure(
                    .invalidConfiguration,
                    "\(source): \(section).maxAliveSeconds is for the lifecycle OnContainerExit only."
                )
            }
            return .timed(cooldown: cooldown.map { .seconds($0) } ?? standard.duration)
        case "oncontainerexit":
            guard cooldown == nil else {
                throw Failure(
                    .invalidConfiguration,
                    "\(source): \(section).cooldownSeconds is for the lifecycle Timed only."
                )
            }
            return .onContainerExit(maxAlive: .seconds(maxAlive ?? 3_600))
        default:
            throw Failure(
                .invalidConfiguration,
                "\(source): \(section).lifecycle is \(kind) and has to be Timed or OnContainerExit."
            )
        }
    }

    private func read(_ key: String, into value: inout Int) throws(Failure) {
        if let number = try wholeNumber(key) { value = number }
    }
}
