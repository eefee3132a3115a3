/// A configured kind of sandbox.
package struct PoolConfiguration: Hashable, Sendable {
    /// The pool's name.
    package var name: PoolName
    /// What runs the code inside the guest.
    package var runtime: Runtime
    /// The guest's memory, in MiB.
    package var memoryMiB: Int
    /// The guest's processors.
    package var virtualCPUs: Int
    /// The greatest size of everything that a session writes, in MiB; it lives in the guest's memory.
    package var diskMiB: Int
    /// How many processes and threads the session's user may have.
    package var processes: Int
    /// What ends a session that nobody stops.
    package var lifecycle: SessionLifecycle
    /// The most sessions that the pool has at once.
    package var maxConcurrentSessions: Int
    /// How many sandboxes are kept ready for new sessions, in the whole cluster.
    package var readySessions: Int
    /// Hours in which another number of sandboxes is kept ready; the first that fits counts.
    package var readySchedule: [ReadyHours]
    /// The bounds of one execution.
    package var limits: ExecutionLimits
    /// Whether and how agents are served; an affair of the API that workers are not told.
    package var mcp: MCPSettings

    /// Makes a configuration; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - name: the pool's name.
    ///   - runtime: what runs the code inside the guest.
    ///   - memoryMiB: the guest's memory, in MiB.
    ///   - virtualCPUs: the guest's processors.
    ///   - diskMiB: the greatest size of everything that a session writes, in MiB.
    ///   - processes: how many processes and threads the session's user may have.
    ///   - lifecycle: what ends a session that nobody stops.
    ///   - maxConcurrentSessions: the most sessions at once.
    ///   - readySessions: how many sandboxes are kept ready for new sessions.
    ///   - readySchedule: hours in which another number is kept ready.
    ///   - limits: the bounds of one execution.
    ///   - mcp: whether and how agents are served.
    package init(
        name: PoolName,
        runtime: Runtime = .python,
        memoryMiB: Int = 512,
        virtualCPUs: Int = 1,
        diskMiB: Int = 192,
        processes: Int = 512,
        lifecycle: SessionLifecycle = .timed(cooldown: .seconds(300)),
        maxConcurrentSessions: Int = 600,
        readySessions: Int = 0,
        readySchedule: [ReadyHours] = [],
        limits: ExecutionLimits = ExecutionLimits(),
        mcp: MCPSettings = MCPSettings()
    ) {
        self.name = name
        self.runtime = runtime
        self.memoryMiB = memoryMiB
        self.virtualCPUs = virtualCPUs
        self.diskMiB = diskMiB
        self.processes = processes
        self.lifecycle = lifecycle
        self.maxConcurrentSessions = maxConcurrentSessions
        self.readySessions = readySessions
        self.readySchedule = readySchedule
        self.limits = limits
        self.mcp = mcp
    }
}

/// What runs the code inside the guest.
package struct Runtime: Hashable, Sendable, CustomStringConvertible {
    /// The stable name.
    package let name: String

    private init(_ name: String) { self.name = name }

    /// An IPython shell that lives as long as the session.
    package static let python = Self("python")

    /// A Node.js context that lives as long as the session.
    package static let node = Self("node")
    /// A new `bash -lc` for each execution; nothing but files and background processes lives on.
    package static let shell = Self("shell")

    /// All runtimes there are.
    package static let all: [Self] = [.python, .node, .shell]

    /// Finds a runtime by its name.
    ///
    /// - Parameter name: a name as found in a message or a configuration.
    /// - Returns: the runtime, or nil when this version does not know it.
    package static func named(_ name: String) -> Self? { all.first { $0.name == name } }

    package var description: String { name }
}
