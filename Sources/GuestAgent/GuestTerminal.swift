internal import CLinux
internal import Domain
internal import Glibc

/// A terminal with its program, seen from the side of the one who types and reads.
final class GuestTerminal {
    /// The worker's number for it.
    let number: UInt64
    /// The program, which is also the leader of its session and of its group.
    let process: pid_t
    /// When what is there is killed, in microseconds of the monotonic clock; set by a hang-up.
    private(set) var killAt: UInt64?
    /// How the program ended; nil while it runs.
    private(set) var exitCode: Int?
    /// The side of the one who types and reads; nil once it was hung up.
    private var screen: Held?
    /// What stood in the foreground when it was hung up.
    private var lastForeground: pid_t = 0
    /// The programs' side, held so that the terminal is one as long as its leader lives, whoever closes it.
    private var held: Held?
    private var input: ArraySlice<UInt8> = []
    private var typed: UInt64 = 0
    private var printed: UInt64 = 0
    private var printLimit: UInt64
    /// Up to which place output is told after the program's end: others may go on printing for ever.
    private var lastPlace = UInt64.max
    private static let lastBytes: UInt64 = 1 << 20

    private final class Held {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    /// Opens a terminal and starts its program as the session's user.
    ///
    /// - Parameters:
    ///   - spec: size, kind and program.
    ///   - number: the worker's number for it.
    ///   - printLimit: up to which place output may be read.
    ///   - processes: how many processes and threads the user may have.
    /// - Throws: an error when there is no room for it.
    init(
        _ spec: TerminalSpec,
        number: UInt64,
        printLimit: UInt64,
        processes: Int
    ) throws(GuestError) {
        var ends: [Int32] = [-1, -1]
        let result = cloister_open_terminal(&ends, SessionUser.identifier)
        guard result == 0 else { throw GuestError("open a terminal", errno: -result) }
        let screen = try Descriptor(taking: ends[0])
        let programs = try Descriptor(taking: ends[1])
        _ = cloister_resize_terminal(screen.number, Int32(spec.size.columns), Int32(spec.size.rows))
        let end = programs.number
        process = try SessionUser.spawn(
            spec.arguments,
            descriptors: [end, end, end],
            processes: processes,
            terminal: spec.kind
        )
        self.number = number
        self.printLimit = printLimit
        self.screen = Held(screen)
        held = Held(programs)
    }

    /// Whether nobody is there any more who types or reads.
    var isHungUp: Bool { screen == nil }

    /// The descriptor to poll; negative, which poll(2) passes over, once it was hung up.
    var descriptor: Int32 { screen?.descriptor.number ?? -1 }

    /// Whether input waits for room.
    var hasInput: Bool { !input.isEmpty }

    /// Whether output may be read now.
    var mayPrint: Bool { !isHungUp && printed < printLimit }

    /// Takes input in; what is more than the worker may have under way is left out.
    ///
    /// - Parameter bytes: what to type.
    func type(_ bytes: [UInt8]) {
        guard !isHungUp, exitCode == nil, input.count + bytes.count <= TerminalLimits.inputWaiting else {
            return
        }
        input += bytes
    }

    /// Types as much as goes at once.
    ///
    /// - Returns: up to which place the input has been typed; nil when nothing was.
    func feed() -> UInt64? {
        guard hasInput, let screen else { return nil }
        let count = screen.descriptor.write(input.prefix(4_096))
        // Who reads no more has a right to it.
        guard let count else {
            input = []
            return nil
        }
        guard count > 0 else { return nil }
        input.removeFirst(count)
        typed += UInt64(count)
        return typed
    }

    /// Lets more output be read.
    ///
    /// - Parameter place: up to where.
    func allowOutput(upTo place: UInt64) { printLimit = max(printLimit, place) }

    /// Reads a part of what the programs have printed.
    ///
    /// - Returns: the bytes; none when there is nothing now, or nothing may be read; nil at the end.
    func read() -> [UInt8]? {
        guard let screen, printed < lastPlace else { return nil }
        let most = min(Int(clamping: printLimit - printed), TerminalLimits.outputFrameBytes)
        guard most > 0 else { return [] }
        guard let bytes = screen.descriptor.read(atMost: most) else { return nil }
        printed += UInt64(bytes.count)
        return bytes
    }

    /// Gives the terminal a size.
    ///
    /// - Parameter size: the size.
    func resize(_ size: TerminalSize) {
        guard let screen else { return }
        _ = cloister_resize_terminal(screen.descriptor.number, Int32(size.columns), Int32(size.rows))
    }

    /// Tells the program and what stands in the foreground that nobody is there any more.
    ///
    /// Our side is closed as well: a signal that comes right before a program waits for a key is seen with the
    /// next key only, and there is none; the end of what is typed is seen always. What runs in the background is
    /// for the shell to tell, and may go on if it was started so.
    ///
    /// - Parameter grace: how long they have, in microseconds.
    func hangUp(grace: UInt64) {
        guard let closing = screen else { return }
        input = []
        lastForeground = cloister_foreground_group(closing.descriptor.number)
        (screen, held) = (nil, nil)
        guard exitCode == nil else { return }
        killAt = Monotonic.now + grace
        signal(SIGHUP)
        // What is stopped hears of it only when it goes on.
        signal(SIGCONT)
    }

    /// Kills what has not ended in time after a hang-up.
    func killIfDue() {
        guard let due = killAt, Monotonic.now >= due else { return }
        killAt = .max
        signal(SIGKILL)
    }

    /// Takes note of the program's end.
    ///
    /// - Parameter status: what waitpid(2) said.
    func programEnded(status: Int32) {
        exitCode = ProgramProcess.exitCode(of: status)
        killAt = nil
        input = []
        lastPlace = printed + Self.lastBytes
        // From now on the end of what was printed can be seen.
        held = nil
    }

    private func signal(_ number: Int32) {
        if lastForeground > 0, lastForeground != process { kill(-lastForeground, number) }
        kill(-process, number)
    }
}
