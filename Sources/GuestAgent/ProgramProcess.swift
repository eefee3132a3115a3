internal import Domain
internal import Glibc

/// A program that runs to its end, with its pipes.
final class ProgramProcess {
    /// The process, which is also the leader of its group.
    let identifier: pid_t
    /// What it and its children print.
    let pipes: OutputPipes
    private var input: InputPipe?

    /// The writing end of its standard input, and what has still to go through it.
    private final class InputPipe {
        let writing: Descriptor
        var waiting: ArraySlice<UInt8>

        init(_ pipe: borrowing Pipe, _ bytes: [UInt8]) throws(GuestError) {
            writing = try Descriptor(taking: dup(pipe.writing.number))
            waiting = bytes[...]
            writing.setNonBlocking()
        }
    }

    /// The arguments that run a source.
    ///
    /// - Parameter source: a command line or a program.
    /// - Returns: the program and its arguments; nil for code of an interpreter.
    static func arguments(for source: ExecutionInput.Source) -> [String]? {
        switch source {
        case .code: nil
        case .shellCommand(let command): ["/bin/bash", "-lc", command]
        case .program(let arguments): arguments
        }
    }

    /// Starts a program as the unprivileged user of the image.
    ///
    /// - Parameters:
    ///   - arguments: the program and its arguments.
    ///   - standardInput: what it reads; /dev/null when there is nothing.
    ///   - processes: how many processes and threads its user may have.
    /// - Throws: an error when the process cannot be started.
    init(_ arguments: [String], standardInput: [UInt8] = [], processes: Int) throws(GuestError) {
        if standardInput.isEmpty {
            let null = try Descriptor(opening: "/dev/null", O_RDONLY)
            (pipes, identifier) = try Self.start(arguments, input: null.number, processes)
        } else {
            let pipe = try Descriptor.pipe()
            // The code may open /dev/stdin anew.
            guard fchown(pipe.reading.number, SessionUser.identifier, SessionUser.identifier) == 0 else {
                throw GuestError("give a pipe to the session's user", errno: errno)
            }
            (pipes, identifier) = try Self.start(arguments, input: pipe.reading.number, processes)
            input = try InputPipe(pipe, standardInput)
        }
    }

    private static func start(
        _ arguments: [String],
        input: Int32,
        _ processes: Int
    ) throws(GuestError) -> (OutputPipes, pid_t) {
        try OutputPipes.make { (output, error) throws(GuestError) in
            try SessionUser.spawn(arguments, descriptors: [input, output, error], processes: processes)
        }
    }

    /// The descriptor to poll for writing; nil when all of the input has been read, or nobody reads it.
    var inputDescriptor: Int32? { input?.writing.number }

    /// Writes as much of the input as goes at once; after the last byte the program sees its end.
    func feed() {
        guard let input else { return }
        guard let count = input.writing.write(input.waiting.prefix(1 << 16)) else {
            return self.input = nil  // it reads no more, which is its right
        }
        input.waiting.removeFirst(count)
        if input.waiting.isEmpty { self.input = nil }
    }

    /// Sends a signal to the program and to everything that it started in its group.
    ///
    /// - Parameter signal: the signal's number.
    func signalGroup(_ signal: Int32) { kill(-identifier, signal) }

    /// The exit code of a process, as a shell tells it.
    ///
    /// - Parameter status: what waitpid(2) said.
    /// - Returns: the exit code, or 128 and the signal's number.
    static func exitCode(of status: Int32) -> Int {
        let signal = status & 0x7f
        return signal == 0 ? Int(status >> 8 & 0xff) : 128 + Int(signal)
    }
}
