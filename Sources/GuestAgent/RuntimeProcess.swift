internal import CLinux
internal import Glibc

/// The process that runs the session's code, with its four pipes.
final class RuntimeProcess {
    /// The user `session` of the image, and its group.
    private static let sessionUser: uid_t = 1_000

    /// The process, which is also the leader of its group.
    let identifier: pid_t
    /// Standard output, to read from.
    let standardOutput: Descriptor
    /// Standard error, to read from.
    let standardError: Descriptor
    /// The replies, to read from.
    let replies: Descriptor
    /// Cuts the replies.
    var replyReader = RuntimeReplyReader()
    private let commands: Descriptor
    private var waiting: [UInt8] = []

    /// Starts the Python runtime as the unprivileged user of the image.
    ///
    /// The process limit stops fork bombs before they reach the agent, and no privilege can be
    /// regained; setpriv and prlimit are parts of util-linux.
    ///
    /// - Parameter processes: how many processes and threads its user may have.
    /// - Throws: an error when the process cannot be started.
    init(processes: Int) throws(GuestError) {
        let commandPipe = try Descriptor.pipe()
        let replyPipe = try Descriptor.pipe()
        let outputPipe = try Descriptor.pipe()
        let errorPipe = try Descriptor.pipe()
        // The code may open /dev/stdout and /dev/stderr anew, as its own user.
        for pipe in [outputPipe.writing.number, errorPipe.writing.number] {
            guard fchown(pipe, Self.sessionUser, Self.sessionUser) == 0 else {
                throw GuestError("give a pipe to the session's user", errno: errno)
            }
        }
        let null = try Descriptor(opening: "/dev/null", O_RDONLY)
        identifier = try Self.spawn(
            [
                "/usr/bin/env", "--chdir=/mnt/data", "/usr/bin/prlimit", "--nproc=\(processes):\(processes)",
                "--core=0:0", "--",
                "/usr/bin/setpriv", "--reuid=session", "--regid=session", "--init-groups", "--no-new-privs",
                "--inh-caps=-all", "--bounding-set=-all",
                "/usr/bin/python3", "-I", "/usr/lib/cloister/python/runtime.py",
            ],
            descriptors: [
                null.number, outputPipe.writing.number, errorPipe.writing.number, commandPipe.reading.number,
                replyPipe.writing.number,
            ]
        )
        commands = try Descriptor(taking: dup(commandPipe.writing.number))
        replies = try Descriptor(taking: dup(replyPipe.reading.number))
        standardOutput = try Descriptor(taking: dup(outputPipe.reading.number))
        standardError = try Descriptor(taking: dup(errorPipe.reading.number))
        commands.setNonBlocking()
        replies.setNonBlocking()
        standardOutput.setNonBlocking()
        standardError.setNonBlocking()
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

    /// Sends a signal to the runtime and to everything that it started in its group, as a terminal does.
    ///
    /// - Parameter signal: the signal's number.
    func signalGroup(_ signal: Int32) { kill(-identifier, signal) }

    private static func spawn(_ arguments: [String], descriptors: [Int32]) throws(GuestError) -> pid_t {
        let environment = [
            "PATH=/home/session/.local/bin:/usr/local/bin:/usr/bin:/bin", "HOME=/home/session",
            "USER=session",
            "LOGNAME=session", "LANG=C.UTF-8", "SHELL=/bin/bash", "TERM=dumb",
        ]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        // SIGCHLD is blocked in the agent (it is read from a descriptor); the child starts without that.
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var argumentPointers = arguments.map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var process: pid_t = 0
        let result = posix_spawn(
            &process,
            arguments[0],
            &actions,
            &attributes,
            &argumentPointers,
            &environmentPointers
        )
        guard result == 0 else { throw GuestError("start \(arguments[0])", errno: result) }
        return process
    }
}
