internal import Domain
internal import Glibc

/// What carries out an execution.
enum Runner {
    /// An interpreter.
    case interpreter(RuntimeProcess)
    /// A command or a program.
    case program(ProgramProcess)

    /// What it prints.
    var pipes: OutputPipes {
        switch self {
        case .interpreter(let process): process.pipes
        case .program(let process): process.pipes
        }
    }

    /// How long after an interrupt the next one follows, in microseconds.
    ///
    /// Node.js takes a while over each, and signals that come meanwhile do it no good.
    var interruptInterval: UInt64 {
        if case .interpreter(let process) = self, process.kind == .node { 2_000_000 } else { 500_000 }
    }

    /// Asks it to stop.
    func interrupt() {
        switch self {
        case .interpreter(let process): process.interrupt()
        case .program(let process): process.signalGroup(SIGINT)
        }
    }

    /// Ends it and what it started in its group.
    func end() {
        switch self {
        case .interpreter(let process): process.signalGroup(SIGKILL)
        case .program(let process): process.signalGroup(SIGKILL)
        }
    }

    /// Whether it is this interpreter.
    ///
    /// - Parameter runtime: the interpreter.
    /// - Returns: whether it is.
    func isInterpreter(_ runtime: RuntimeProcess) -> Bool {
        if case .interpreter(let process) = self { process === runtime } else { false }
    }
}

/// The pipes of processes that have ended, read and dropped as long as somebody writes to them.
struct Leftovers {
    /// How many pairs are kept; the oldest is closed for one more, and who writes to it ends by SIGPIPE.
    private static let most = 32

    private(set) var pipes: [OutputPipes] = []

    /// Keeps pipes.
    ///
    /// - Parameter ended: the pipes of a process that has ended.
    mutating func keep(_ ended: OutputPipes) {
        pipes.removeAll { !$0.isOutputOpen && !$0.isErrorOpen }
        if pipes.count == Self.most { pipes.removeFirst() }
        pipes.append(ended)
    }
}
