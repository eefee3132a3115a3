internal import CLinux
internal import Domain
internal import Glibc

/// The process of an interpreter that keeps the session's state, with its four pipes.
final class RuntimeProcess {
    /// What an acknowledgement stands for.
    enum Awaited {
        /// The runtime is warm.
        case warmUp
        /// The runtime has taken fresh randomness.
        case reseed
    }

    /// The process, which is also the leader of its group.
    let identifier: pid_t
    /// What it interprets.
    let kind: Runtime
    /// What the code prints.
    let pipes: OutputPipes
    /// The replies, to read from.
    let replies: Descriptor
    /// Whether replies may still come.
    var isRepliesOpen = true
    /// Cuts the replies.
    var replyReader = RuntimeReplyReader()
    /// Whether it takes commands.
    var isReady = false
    /// Whether it is to be warmed as soon as it is ready.
    var wantsWarmUp = false
    /// What the next acknowledgement stands for.
    var awaited: Awaited?
    /// When an interrupt that was sent can reach no later code any more, in microseconds of the monotonic clock.
    private(set) var settledAt: UInt64 = 0
    private let commands: Descriptor
    private var waiting: [UInt8] = []

    /// Starts an interpreter as the unprivileged user of the image.
    ///
    /// - Parameters:
    ///   - kind: what it interprets; one of those that keep state.
    ///   - processes: how many processes and threads its user may have.
    /// - Throws: an error when the process cannot be started.
    init(_ kind: Runtime, processes: Int) throws(GuestError) {
        let commandPipe = try Descriptor.pipe()
        let replyPipe = try Descriptor.pipe()
        let null = try Descriptor(opening: "/dev/null", O_RDONLY)
        let (pipes, process) = try OutputPipes.make { (output, error) throws(GuestError) in
            try SessionUser.spawn(
                Self.command(of: kind),
                descriptors: [
                    null.number, output, error, commandPipe.reading.number, replyPipe.writing.number,
                ],
                processes: processes
            )
        }
        self.kind = kind
        self.pipes = pipes
        identifier = process
        commands = try Descriptor(taking: dup(commandPipe.writing.number))
        replies = try Descriptor(taking: dup(replyPipe.reading.number))
        commands.setNonBlocking()
        replies.setNonBlocking()
    }

    private static func command(of kind: Runtime) throws(GuestError) -> [String] {
        switch kind {
        case .python: ["/usr/bin/python3", "-I", "/usr/lib/cloister/python/runtime.py"]
        case .node:
            // The parser is Node's own; that an interrupt takes a callback off the stack is no corruption.
            [
                "/usr/bin/node", "--expose-internals", "--no-force-async-hooks-checks",
                "/usr/lib/cloister/node/runtime.js",
            ]
        default: throw GuestError("There is no interpreter for \(kind).")
        }
    }

    /// Bounds how many processes and threads its user may have, while it runs.
    ///
    /// - Parameter count: the bound.
    /// - Throws: an error when the kernel refuses.
    func limitProcesses(to count: Int) throws(GuestError) {
        let result = cloister_limit_processes(identifier, UInt64(clamping: count))
        // One that has just died has no limits; its successor gets them at its start.
        guard result == 0 || result == -ESRCH else {
            throw GuestError("limit the processes", errno: -result)
        }
    }

    /// The descriptor to poll for writing.
    var commandDescriptor: Int32 { commands.number }

    /// Whether a part of a command waits to be written.
    var hasOutput: Bool { !waiting.isEmpty }

    /// Gives the runtime a command.
    ///
    /// - Parameter command: what to do.
    func send(_ command: RuntimeCommand) {
        waiting += command.encoded
        flush()
    }

    /// Writes as much of the waiting command as goes at once.
    func flush() {
        guard let count = commands.write(waiting[...]), count > 0 else { return }
        waiting.removeFirst(count)
    }

    /// Interrupts the code and what it started, as a terminal does.
    func interrupt() {
        // In Node an interrupt crosses threads on its way to the code.
        if kind == .node { settledAt = Monotonic.now + 50_000 }
        signalGroup(SIGINT)
    }

    /// Sends a signal to the runtime and to everything that it started in its group.
    ///
    /// - Parameter signal: the signal's number.
    func signalGroup(_ signal: Int32) { kill(-identifier, signal) }
}
