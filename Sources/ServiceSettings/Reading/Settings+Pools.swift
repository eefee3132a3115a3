package import Domain

/// The pools of a configuration.
extension Settings {
    /// The pools of this node; what the configuration does not say is as in the product's own pools.
    ///
    /// - Parameter readySessions: how many sandboxes of each pool are kept ready, whatever the configuration
    ///   says; nil for what it says.
    /// - Returns: the pools that `servedPools` names, checked, in that order.
    /// - Throws: `invalidConfiguration`, with a sentence that names key and bounds.
    package func pools(readySessions: Int? = nil) throws(Failure) -> [PoolConfiguration] {
        var pools: [PoolConfiguration] = []
        for name in list(.servedPools) { pools.append(try pool(name, readySessions)) }
        return pools
    }

    /// The pools of a coordinator, which knows of each whether agents are served; workers need not.
    ///
    /// - Parameter readySessions: as for ``pools(readySessions:)``.
    /// - Returns: the pools.
    /// - Throws: `invalidConfiguration`, with a sentence that names key and bounds.
    package func coordinatorPools(readySessions: Int? = nil) throws(Failure) -> [PoolConfiguration] {
        var pools = try pools(readySessions: readySessions)
        for index in pools.indices {
            pools[index].mcp.isEnabled = flag(.poolMCPServer, pools[index].name.text)
        }
        return pools
    }

    /// How long the coordinator's store keeps tombstones.
    package var tombstoneRetention: Duration { .seconds(integer(.tombstoneRetentionHours) * 3_600) }

    /// A pool, whether or not it is served.
    ///
    /// - Parameters:
    ///   - name: the pool.
    ///   - readySessions: how many sandboxes are kept ready; nil for what is said.
    /// - Returns: the pool.
    /// - Throws: `invalidConfiguration` for values that do not go together.
    func pool(_ name: String, _ readySessions: Int?) throws(Failure) -> PoolConfiguration {
        guard var pool = try DefaultPools.all().first(where: { $0.name.text == name }) else {
            preconditionFailure("the catalogue names the pools")
        }
        pool.memoryMiB = integer(.poolMemoryMiB, name)
        pool.virtualCPUs = integer(.poolVirtualCPUs, name)
        pool.diskMiB = integer(.poolDiskMiB, name)
        pool.processes = integer(.poolProcesses, name)
        pool.maxConcurrentSessions = integer(.poolMaxConcurrentSessions, name)
        pool.readySessions = integer(.poolReadySessions, name)
        if let readySessions { pool.readySessions = readySessions }
        pool.lifecycle = try lifecycle(name)
        pool.limits.timeout = .seconds(integer(.poolTimeoutSeconds, name))
        pool.limits.codeBytes = integer(.poolCodeBytes, name)
        pool.limits.outputBytes = integer(.poolOutputBytes, name)
        pool.limits.resultBytes = integer(.poolResultBytes, name)
        pool.limits.images = integer(.poolImages, name)
        do throws(Failure) {
            return try pool.validated()
        } catch {
            throw Failure(.invalidConfiguration, error.message)
        }
    }

    private func lifecycle(_ name: String) throws(Failure) -> SessionLifecycle {
        guard text(.poolLifecycleKind, name) == "OnContainerExit" else {
            guard !says(.poolMaxAliveSeconds, name) else {
                throw Failure(
                    .invalidConfiguration,
                    "maxAliveSeconds is for the lifecycle OnContainerExit only."
                )
            }
            return .timed(cooldown: .seconds(integer(.poolCooldownSeconds, name)))
        }
        guard !says(.poolCooldownSeconds, name) else {
            throw Failure(.invalidConfiguration, "cooldownSeconds is for the lifecycle Timed only.")
        }
        return .onContainerExit(maxAlive: .seconds(optionalInteger(.poolMaxAliveSeconds, name) ?? 3_600))
    }
}
