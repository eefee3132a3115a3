internal import Domain

extension SettingsCatalogue.Topic {
    /// The pools of the configuration.
    static let pools = Self(
        title: "Declared pools",
        introduction: """
            `POOL` is `python`, `node` or `shell`. A worker uses a section only to make the template, and for its \
            capacity; coordinator and workers have to agree. Pools of your own are made while the cluster runs: \
            [pools.md](pools.md).
            """,
        settings: [.servedPools] + Setting.poolSizes + Setting.poolLifecycle + Setting.poolLimits
    )
}

extension Setting {
    /// The pools there are.
    package static let servedPools = Self(
        "servedPools",
        .list(of: DefaultPools.names),
        .value(DefaultPools.names.joined(separator: ", ")),
        for: [.coordinator, .worker, .up],
        example: "python",
        """
        The pools there are. A worker serves as soon as the template of the first is there and makes the others one \
        after the other.
        """
    )

    static let poolSizes = [
        poolMemoryMiB, poolVirtualCPUs, poolDiskMiB, poolProcesses, poolMaxConcurrentSessions,
        poolReadySessions,
    ]
    static let poolLifecycle = [poolLifecycleKind, poolCooldownSeconds, poolMaxAliveSeconds]
    static let poolLimits = [
        poolTimeoutSeconds, poolCodeBytes, poolOutputBytes, poolResultBytes, poolImages, poolMCPServer,
    ]

    /// The memory of a guest.
    package static let poolMemoryMiB = pool(
        "memoryMiB",
        256...65_536,
        \.memoryMiB,
        "Memory of the guest; QEMU enforces it."
    )
    /// The processors of a guest.
    package static let poolVirtualCPUs = pool(
        "virtualCPUs",
        1...16,
        \.virtualCPUs,
        "Processors of the guest; QEMU enforces it."
    )
    /// The room for files.
    package static let poolDiskMiB = pool(
        "diskMiB",
        16...32_768,
        \.diskMiB,
        "Room for files, which live in the guest's memory: half of `memoryMiB` at most."
    )
    /// Processes and threads of the session's user.
    package static let poolProcesses = pool(
        "processes",
        32...4_096,
        \.processes,
        "Processes and threads of the session's user; the guest's kernel enforces it."
    )
    /// The most sessions.
    package static let poolMaxConcurrentSessions = pool(
        "maxConcurrentSessions",
        1...100_000,
        \.maxConcurrentSessions,
        "The most sessions at once; the coordinator enforces it."
    )
    /// Machines that wait.
    package static let poolReadySessions = pool(
        "readySessions",
        0...100_000,
        \.readySessions,
        """
        Machines kept ready for new sessions, in all workers together, `maxConcurrentSessions` at most; `up --ready` \
        goes before.
        """
    )
    /// What ends a session.
    package static let poolLifecycleKind = Self(
        "pools.POOL.lifecycle",
        .word(["Timed", "OnContainerExit"]),
        .value("Timed"),
        for: [.coordinator, .worker, .up],
        example: "OnContainerExit",
        "What ends a session that nobody stops: silence, or age."
    )
    /// How long silence may be.
    package static let poolCooldownSeconds = pool(
        "cooldownSeconds",
        1...604_800,
        { Int($0.lifecycle.duration.components.seconds) },
        "`Timed` only: the session ends when for so long there was no request, no code and no reader."
    )
    /// How old a session gets.
    package static let poolMaxAliveSeconds = Self(
        "pools.POOL.maxAliveSeconds",
        .integer(1...604_800),
        .absent("3600"),
        for: [.coordinator, .worker, .up],
        example: "3600",
        """
        `OnContainerExit` only: the session ends at this age, whatever runs. A runtime that ends by itself is \
        replaced and does not end the session.
        """
    )
    /// The longest execution.
    package static let poolTimeoutSeconds = pool(
        "timeoutSeconds",
        1...3_600,
        { Int($0.limits.timeout.components.seconds) },
        "The longest execution: the guest interrupts; the worker kills the machine of a guest that does not."
    )
    /// The longest code.
    package static let poolCodeBytes = pool(
        "codeBytes",
        1...(8 << 20),
        \.limits.codeBytes,
        "The longest code; the API enforces it."
    )
    /// The most output.
    package static let poolOutputBytes = pool(
        "outputBytes",
        0...(16 << 20),
        \.limits.outputBytes,
        "The most output of an execution: the guest cuts, the worker cuts again."
    )
    /// The greatest result.
    package static let poolResultBytes = pool(
        "resultBytes",
        0...(4 << 20),
        \.limits.resultBytes,
        "The greatest result of an execution."
    )
    /// The most images.
    package static let poolImages = pool(
        "images",
        0...64,
        \.limits.images,
        "The most images of an execution."
    )

    /// Whether agents are served.
    package static let poolMCPServer = Self(
        "pools.POOL.mcpServer",
        .flag,
        .value("true"),
        for: [.coordinator, .up],
        example: "false",
        "Whether agents are served at the pool's `/mcp`."
    )

    private static func pool(
        _ name: String,
        _ range: ClosedRange<Int>,
        _ member: (PoolConfiguration) -> Int,
        _ meaning: String
    ) -> Self {
        let standard = DefaultPools.standard(member)
        let example =
            switch standard {
            case .value(let text): text
            case .valueOfName(let texts): texts["python"] ?? ""
            case .required, .absent: ""
            }
        return Self(
            "pools.POOL." + name,
            .integer(range),
            standard,
            for: [.coordinator, .worker, .up],
            example: example,
            meaning
        )
    }
}
