internal import Domain
internal import Glibc
internal import Wire

/// The commands that warm a shell: one of them runs, others may follow.
struct ShellWarmUp {
    /// The one that runs.
    let program: ProgramProcess
    /// How many follow.
    let left: Int
}

/// What is run ahead of the sessions, so that their first call is quick.
extension Agent {
    /// How far the clock goes ahead while Node.js starts in a template, in seconds: a century.
    ///
    /// OpenSSL in a runtime has drawn its seed before the template is saved, so all clones have the
    /// same one, and nothing in Node.js renews it. But it draws anew as soon as the clock stands
    /// before the moment of the last draw, and each clone's does.
    private static let clockAhead = 100 * 365 * 86_400
    private static let shellCommands = 2
    private static let shellCommand = "cd /tmp && ls -la / | head -3 | cat && echo $((1 + 1)) $(true)"

    /// Makes a runtime warm, starting it first if need be.
    ///
    /// - Parameter kind: the runtime.
    /// - Throws: an error when it cannot be started.
    func warmUp(_ kind: Runtime) throws(GuestError) {
        guard kind != .shell else { return try warmShell(left: Self.shellCommands) }
        if let runtime = interpreters[kind] { return warm(runtime) }
        if kind == .node {
            try Reseeding.moveClock(by: Self.clockAhead)
            isClockAhead = true
        }
        try startInterpreter(kind)
        interpreters[kind]?.wantsWarmUp = true
    }

    /// Has an interpreter warm itself, as soon as it takes commands.
    ///
    /// - Parameter runtime: the interpreter.
    func warm(_ runtime: RuntimeProcess) {
        runtime.wantsWarmUp = !runtime.isReady
        guard runtime.isReady else { return }
        runtime.awaited = .warmUp
        runtime.send(.warmUp)
    }

    /// Tells the worker that a runtime is warm.
    func finishWarmUp() {
        do throws(GuestError) {
            if isClockAhead { try Reseeding.moveClock(by: -Self.clockAhead) }
            isClockAhead = false
            port.send(.warmed)
        } catch {
            port.send(.trouble(error.description))
        }
    }

    private func warmShell(left: Int) throws(GuestError) {
        let arguments = ProgramProcess.arguments(for: .shellCommand(Self.shellCommand)) ?? []
        let program = try ProgramProcess(arguments, processes: processes)
        shellWarmUp = ShellWarmUp(program: program, left: left - 1)
    }

    /// Goes on with warming the shell when one of its commands has ended.
    func continueShellWarmUp() {
        guard let ended = shellWarmUp else { return }
        shellWarmUp = nil
        guard ended.left > 0 else { return finishWarmUp() }
        do throws(GuestError) { try warmShell(left: ended.left) } catch {
            port.send(.trouble(error.description))
        }
    }
}
