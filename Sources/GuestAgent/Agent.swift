internal import CLinux
internal import Domain
internal import Glibc
internal import Wire

/// The agent's one loop and its state.
///
/// It runs on a single thread and never blocks but in `poll`.
final class Agent {
    /// What an acknowledgement of the runtime stands for.
    enum Awaited {
        /// The runtime is warm.
        case warmUp
        /// The runtime has taken fresh randomness.
        case reseed
    }

    /// How long after an interrupt the next one follows, in microseconds.
    private static let interruptInterval: UInt64 = 500_000

    /// The line to the worker.
    var port: ControlPort
    /// What a clone is made unlike its twins with.
    let reseeding: Reseeding
    /// The process that runs the code, once there is one.
    var runtime: RuntimeProcess?
    /// Whether the runtime takes commands.
    var isRuntimeReady = false
    /// Whether the runtime is to be warmed as soon as it is ready.
    var wantsWarmUp = false
    /// What the next acknowledgement stands for.
    var awaited: Awaited?
    /// The code that runs now.
    var running: RunningExecution?
    /// Code that waits for the runtime to become ready.
    var queued: RunOrder?
    /// Whether variables were lost since the last execution ended.
    var stateWasLost = false
    /// The kernel's count of processes killed for want of memory, when the execution began.
    var outOfMemoryKills: UInt64 = 0
    /// Where the session's files are.
    let data: DataFolder
    /// The open files.
    var transfers = FileTransfers()
    /// Lists that are being made.
    var listings: [FolderListing] = []
    /// Content that is wanted and waits for room on the line.
    var reads: [(number: UInt64, order: FileOrder)] = []
    /// How many processes and threads the session's user may have; each order brings its pool's number.
    var processes = 512
    private var openStreams: Set<Int32> = []
    private let childSignal: Descriptor

    /// Opens the line to the worker.
    ///
    /// - Throws: an error when the port does not appear.
    init() throws(GuestError) {
        let signals = cloister_child_signal_descriptor()
        guard signals >= 0 else { throw GuestError("watch for ended children", errno: -signals) }
        childSignal = try Descriptor(taking: signals)
        // A write to a runtime that has just died must be an error, not the end of the agent.
        signal(SIGPIPE, SIG_IGN)
        data = try DataFolder()
        reseeding = try Reseeding()
        port = try ControlPort()
        port.send(.ready(protocolVersion: WireVersion.guest))
    }

    /// Serves until something goes wrong that cannot be mended.
    ///
    /// - Throws: an error that says what it was.
    func serve() throws(GuestError) {
        while true {
            var watched = watchedDescriptors()
            guard poll(&watched, nfds_t(watched.count), millisecondsToWait()) >= 0 || errno == EINTR else {
                throw GuestError("poll", errno: errno)
            }
            for entry in watched where entry.revents != 0 { try handle(entry) }
            stepFiles()
            remindInterrupted()
            endOverdueExecution()
        }
    }

    private func watchedDescriptors() -> [pollfd] {
        var watched = [
            pollfd(
                fd: port.descriptor,
                events: Int16(POLLIN) | (port.hasOutput ? Int16(POLLOUT) : 0),
                revents: 0
            ),
            pollfd(fd: childSignal.number, events: Int16(POLLIN), revents: 0),
        ]
        guard let runtime else { return watched }
        if runtime.hasOutput {
            watched.append(pollfd(fd: runtime.commandDescriptor, events: Int16(POLLOUT), revents: 0))
        }
        if port.hasRoom {
            for stream in openStreams {
                watched.append(pollfd(fd: stream, events: Int16(POLLIN), revents: 0))
            }
        }
        return watched
    }

    private func handle(_ entry: pollfd) throws(GuestError) {
        if entry.fd == port.descriptor {
            port.flush()
            for frame in try port.receive() { perform(frame) }
        } else if entry.fd == childSignal.number {
            _ = childSignal.read(atMost: 4_096)
            reapChildren()
        } else if let runtime, entry.fd == runtime.commandDescriptor {
            runtime.flush()
        } else if let runtime, openStreams.contains(entry.fd) {
            readStream(entry.fd, of: runtime)
        }
    }

    private func readStream(_ stream: Int32, of runtime: RuntimeProcess) {
        switch stream {
        case runtime.replies.number:
            guard let bytes = runtime.replies.read(atMost: 1 << 16) else {
                // The code closed the pipe, or the runtime is gone: it is of no use any more.
                openStreams.remove(stream)
                return runtime.signalGroup(SIGKILL)
            }
            runtime.replyReader.append(bytes)
            takeReplies(of: runtime)
        case runtime.standardOutput.number:
            guard let bytes = runtime.standardOutput.read(atMost: 1 << 16) else {
                openStreams.remove(stream)
                return
            }
            emit(bytes) { .standardOutput($0) }
        default:
            guard let bytes = runtime.standardError.read(atMost: 1 << 16) else {
                openStreams.remove(stream)
                return
            }
            emit(bytes) { .standardError($0) }
        }
    }

    /// Sends output of the running code; what comes between executions has no reader and is dropped.
    private func emit(_ bytes: [UInt8], as event: ([UInt8]) -> ExecutionEvent) {
        guard let admitted = running?.admitted(bytes), let running, !admitted.isEmpty else { return }
        port.send(.event(execution: running.order.execution, event(admitted)))
    }

    /// Reads what the runtime wrote before it said that the code has ended.
    ///
    /// A pipe holds 64 KiB, so two reads take everything that was written before; a background
    /// process that goes on printing cannot keep the end from being told.
    func drainOutput(of runtime: RuntimeProcess) {
        for _ in 0..<2 {
            if let bytes = runtime.standardOutput.read(atMost: 1 << 16) {
                emit(bytes) { .standardOutput($0) }
            }
            if let bytes = runtime.standardError.read(atMost: 1 << 16) {
                emit(bytes) { .standardError($0) }
            }
        }
    }

    /// Starts the runtime.
    ///
    /// - Throws: an error when the process cannot be started.
    func startRuntime() throws(GuestError) {
        let started = try RuntimeProcess(processes: processes)
        runtime = started
        isRuntimeReady = false
        openStreams = [
            started.replies.number, started.standardOutput.number, started.standardError.number,
        ]
    }

    private func millisecondsToWait() -> Int32 {
        if hasFileWork { return 0 }
        let moments = [running?.killAt, running?.interruptAgainAt, transfers.nextExpiry]
        guard let next = moments.compactMap({ $0 }).min(), next < .max else { return -1 }
        let now = Monotonic.now
        return next > now ? Int32(clamping: (next - now) / 1_000 + 1) : 0
    }

    /// Sends a signal to code that was interrupted and still runs.
    private func remindInterrupted() {
        guard let due = running?.interruptAgainAt, Monotonic.now >= due else { return }
        interruptRuntime()
    }

    /// Interrupts the running code, now and again until it has stopped.
    func interruptRuntime() {
        running?.interruptAgainAt = Monotonic.now + Self.interruptInterval
        runtime?.signalGroup(SIGINT)
    }

    private func endOverdueExecution() {
        guard let killAt = running?.killAt, Monotonic.now >= killAt else { return }
        running?.killAt = .max
        running?.interruptAgainAt = nil
        // Every process but this one is the session's: none of them survives, whatever group it joined.
        kill(-1, SIGKILL)
    }
}
