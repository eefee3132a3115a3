internal import Domain
internal import Glibc
internal import Wire

/// What the agent waits for.
extension Agent {
    /// Something that can be read from or written to.
    enum Source {
        /// The line to the worker.
        case port
        /// The news of ended children.
        case children
        /// Commands wait for an interpreter.
        case commands(RuntimeProcess)
        /// Replies of an interpreter.
        case replies(RuntimeProcess)
        /// Standard input of a program.
        case input(ProgramProcess)
        /// What a process prints.
        case output(OutputPipes, isError: Bool)
        /// A terminal.
        case terminal(GuestTerminal)
    }

    private var allInterpreters: [RuntimeProcess] {
        Array(interpreters.values) + (emptyRuntime.map { [$0] } ?? [])
    }

    /// Lists what there is to wait for now.
    ///
    /// - Returns: entries for poll(2), and what each stands for.
    func watchedSources() -> (entries: [pollfd], sources: [Source]) {
        var entries: [pollfd] = []
        var sources: [Source] = []
        func watch(_ descriptor: Int32, _ events: Int32, _ source: Source) {
            entries.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
            sources.append(source)
        }
        watch(port.descriptor, POLLIN | (port.hasOutput ? POLLOUT : 0), .port)
        watch(childSignal.number, POLLIN, .children)
        for runtime in allInterpreters where runtime.hasOutput {
            watch(runtime.commandDescriptor, POLLOUT, .commands(runtime))
        }
        var program: ProgramProcess?
        if case .program(let process)? = runner { program = process }
        if let program, let input = program.inputDescriptor { watch(input, POLLOUT, .input(program)) }
        for terminal in terminals.values {
            let events = (terminal.hasInput ? POLLOUT : 0) | (terminal.mayPrint && port.hasRoom ? POLLIN : 0)
            // One that is not waited for would report its end again and again.
            if events != 0 { watch(terminal.descriptor, events, .terminal(terminal)) }
        }
        guard port.hasRoom else { return (entries, sources) }
        for runtime in allInterpreters where runtime.isRepliesOpen {
            watch(runtime.replies.number, POLLIN, .replies(runtime))
        }
        var pipes = allInterpreters.map(\.pipes) + leftovers.pipes
        if let program { pipes.append(program.pipes) }
        if let shellWarmUp { pipes.append(shellWarmUp.program.pipes) }
        for pair in pipes {
            if pair.isOutputOpen { watch(pair.output.number, POLLIN, .output(pair, isError: false)) }
            if pair.isErrorOpen { watch(pair.error.number, POLLIN, .output(pair, isError: true)) }
        }
        return (entries, sources)
    }

    /// Does what a source is ready for.
    ///
    /// - Parameter source: the source.
    /// - Throws: an error when the worker's words make no sense.
    func handle(_ source: Source) throws(GuestError) {
        switch source {
        case .port:
            port.flush()
            for frame in try port.receive() { perform(frame) }
        case .children:
            _ = childSignal.read(atMost: 4_096)
            reapChildren()
        case .commands(let runtime): runtime.flush()
        case .input(let program): program.feed()
        case .output(let pipes, let isError): emit(pipes.read(isError: isError), of: pipes, isError: isError)
        case .terminal(let terminal): serve(terminal)
        case .replies(let runtime):
            guard let bytes = runtime.replies.read(atMost: 1 << 16) else {
                // The code closed the pipe, or the runtime is gone: it is of no use any more.
                runtime.isRepliesOpen = false
                return runtime.signalGroup(SIGKILL)
            }
            runtime.replyReader.append(bytes)
            takeReplies(of: runtime)
        }
    }

    /// Sends output of what runs; all other output has no reader and is dropped.
    private func emit(_ bytes: [UInt8], of pipes: OutputPipes, isError: Bool) {
        guard !bytes.isEmpty, runner?.pipes === pipes, let admitted = running?.admitted(bytes),
            let execution = running?.order.execution, !admitted.isEmpty
        else { return }
        port.send(
            .event(execution: execution, isError ? .standardError(admitted) : .standardOutput(admitted))
        )
    }

    /// Sends what was printed before this moment.
    ///
    /// - Parameter pipes: the pipes of the process.
    func drainOutput(of pipes: OutputPipes) {
        pipes.drain { emit($0, of: pipes, isError: $1) }
    }
}
