internal import Domain
internal import Glibc
internal import Wire

/// Terminals: what is typed goes in, what is printed comes out, as much of it as the worker has room for.
extension Agent {
    /// Carries out what the worker wants with a terminal.
    ///
    /// - Parameters:
    ///   - step: what to do.
    ///   - number: the worker's number for the terminal; one that is not there has ended.
    func perform(_ step: TerminalStep, number: UInt64) {
        if case .open(let spec, let printLimit, let processes) = step {
            return open(spec, number: number, printLimit: printLimit, processes: processes)
        }
        guard let terminal = terminals[number] else { return }
        switch step {
        case .open: break
        case .input(let bytes):
            terminal.type(bytes)
            serve(terminal)
        case .resize(let size): terminal.resize(size)
        case .credit(let place): terminal.allowOutput(upTo: place)
        case .hangUp(let grace):
            // What was printed before is told as far as there is credit.
            while port.hasRoom, terminal.mayPrint, let bytes = terminal.read(), !bytes.isEmpty {
                port.send(.terminal(number: number, .output(bytes)))
            }
            let (seconds, attoseconds) = grace.components
            terminal.hangUp(
                grace: UInt64(clamping: seconds) * 1_000_000
                    + UInt64(clamping: attoseconds / 1_000_000_000_000)
            )
        }
    }

    private func open(_ spec: TerminalSpec, number: UInt64, printLimit: UInt64, processes wanted: Int) {
        do throws(GuestError) {
            guard terminals[number] == nil, terminals.count < TerminalLimits.perSession else {
                throw GuestError("There are too many terminals.")
            }
            terminals[number] = try GuestTerminal(
                spec,
                number: number,
                printLimit: printLimit,
                processes: wanted > 0 ? wanted : processes
            )
        } catch {
            port.send(.terminal(number: number, .notOpened))
        }
    }

    /// Types and reads what goes at once.
    ///
    /// - Parameter terminal: the terminal.
    func serve(_ terminal: GuestTerminal) {
        if let typed = terminal.feed() {
            port.send(.terminal(number: terminal.number, .typed(upTo: typed)))
        }
        // One part a turn, so that none of several keeps the others waiting.
        guard port.hasRoom, let bytes = terminal.read(), !bytes.isEmpty else { return }
        port.send(.terminal(number: terminal.number, .output(bytes)))
    }

    /// Ends what was hung up and has not ended, and tells the end of what has.
    func stepTerminals() {
        for terminal in terminals.values {
            terminal.killIfDue()
            if let exitCode = terminal.exitCode { finish(terminal, exitCode: exitCode) }
        }
    }

    /// Tells the end of a terminal once everything that was printed has been told.
    private func finish(_ terminal: GuestTerminal, exitCode: Int) {
        while port.hasRoom, terminal.mayPrint {
            // Nothing there now is the end as well: who else has the terminal open is nobody's affair any more.
            guard let bytes = terminal.read(), !bytes.isEmpty else {
                terminals[terminal.number] = nil
                return port.send(.terminal(number: terminal.number, .ended(exitCode: exitCode)))
            }
            port.send(.terminal(number: terminal.number, .output(bytes)))
        }
        // Nobody reads what was hung up, so no credit will come for it.
        guard port.hasRoom, terminal.isHungUp else { return }
        terminals[terminal.number] = nil
        port.send(.terminal(number: terminal.number, .ended(exitCode: exitCode)))
    }
}
