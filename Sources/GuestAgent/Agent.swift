internal import CLinux
internal import Domain
internal import Glibc
internal import Wire

/// The agent's one loop and its state.
///
/// It runs on a single thread and never blocks but in `poll`.
final class Agent {
    /// The line to the worker.
    var port: ControlPort
    /// What a clone is made unlike its twins with.
    let reseeding: Reseeding
    /// The interpreters that keep the session's state, started when they are needed.
    var interpreters: [Runtime: RuntimeProcess] = [:]
    /// The interpreter that is there for one execution only.
    var emptyRuntime: RuntimeProcess?
    /// The execution that is under way.
    var running: RunningExecution?
    /// What carries it out.
    var runner: Runner?
    /// Code that waits for its interpreter to become ready.
    var queued: RunOrder?
    /// Pipes of what has ended; background processes may still write to them.
    var leftovers = Leftovers()
    /// The commands that warm a shell, while they run.
    var shellWarmUp: ShellWarmUp?
    /// Whether the clock has been moved, for as long as Node.js starts in a template.
    var isClockAhead = false
    /// Whether variables were lost since the last execution ended.
    var stateWasLost = false
    /// The kernel's count of processes killed for want of memory, as it was before the execution.
    var outOfMemoryKills: OutOfMemoryKills
    /// Where the session's files are.
    let data: DataFolder
    /// The open files.
    var transfers = FileTransfers()
    /// Lists that are being made.
    var listings: [FolderListing] = []
    /// Content that is wanted and waits for room on the line.
    var reads: [(number: UInt64, order: FileOrder)] = []
    /// The terminals, each under its number.
    var terminals: [UInt64: GuestTerminal] = [:]
    /// How many processes and threads the session's user may have; each order brings its pool's number.
    var processes = 512
    /// Becomes readable when a child has ended.
    let childSignal: Descriptor

    /// Opens the line to the worker.
    ///
    /// - Throws: an error when the port does not appear.
    init() throws(GuestError) {
        let signals = cloister_child_signal_descriptor()
        guard signals >= 0 else { throw GuestError("watch for ended children", errno: -signals) }
        childSignal = try Descriptor(taking: signals)
        // A write to a runtime that has just died must be an error, not the end of the agent.
        signal(SIGPIPE, SIG_IGN)
        // Code that prints goes on to its end before the agent is told: two changes of process less.
        let result = cloister_schedule_as_batch()
        guard result == 0 else { throw GuestError("wait for turns", errno: -result) }
        data = try DataFolder()
        outOfMemoryKills = try OutOfMemoryKills()
        reseeding = try Reseeding()
        port = try ControlPort()
        port.send(.ready(protocolVersion: WireVersion.guest))
    }

    /// Serves until something goes wrong that cannot be mended.
    ///
    /// - Throws: an error that says what it was.
    func serve() throws(GuestError) {
        while true {
            // All that was said in one turn goes in one piece: each is an interrupt for the host.
            port.flush()
            var (watched, sources) = watchedSources()
            guard poll(&watched, nfds_t(watched.count), millisecondsToWait()) >= 0 || errno == EINTR else {
                throw GuestError("poll", errno: errno)
            }
            for (entry, source) in zip(watched, sources) where entry.revents != 0 { try handle(source) }
            stepFiles()
            stepTerminals()
            startQueued()
            remindInterrupted()
            endOverdueExecution()
        }
    }

    private func millisecondsToWait() -> Int32 {
        if hasFileWork { return 0 }
        let moments = [
            running?.killAt, running?.interruptAgainAt, transfers.nextExpiry, queuedInterpreter?.settledAt,
            terminals.values.compactMap(\.killAt).min(),
        ]
        guard let next = moments.compactMap({ $0 }).min(), next < .max else { return -1 }
        let now = Monotonic.now
        return next > now ? Int32(clamping: (next - now) / 1_000 + 1) : 0
    }

    /// Sends a signal to code that was interrupted and still runs.
    private func remindInterrupted() {
        guard let due = running?.interruptAgainAt, Monotonic.now >= due else { return }
        interruptRunner()
    }

    /// Interrupts what runs, now and again until it has stopped.
    func interruptRunner() {
        running?.interruptAgainAt = runner.map { Monotonic.now + $0.interruptInterval }
        runner?.interrupt()
    }

    /// Ends what was interrupted and has not stopped.
    ///
    /// Other processes of the session live on.
    private func endOverdueExecution() {
        guard let killAt = running?.killAt, Monotonic.now >= killAt else { return }
        running?.killAt = .max
        running?.interruptAgainAt = nil
        runner?.end()
    }
}
