internal import Domain
internal import Glibc
internal import Wire

/// Commands and programs, each a process that runs to its end.
extension Agent {
    /// Starts a command or a program.
    ///
    /// - Parameters:
    ///   - arguments: the program and its arguments.
    ///   - order: what the worker ordered.
    /// - Throws: an error when there is no room for a process.
    func startProgram(_ arguments: [String], for order: RunOrder) throws(GuestError) {
        // What was left in the background may have been killed since the last execution.
        outOfMemoryKills.note()
        let program = try ProgramProcess(
            arguments,
            standardInput: order.input.standardInput,
            processes: processes
        )
        begin(order, with: .program(program))
    }

    /// Tells the end of a program.
    ///
    /// It ends with its process, not with its pipes: what it leaves behind in the background lives on.
    ///
    /// - Parameters:
    ///   - program: the program.
    ///   - status: what waitpid(2) said.
    func programEnded(_ program: ProgramProcess, status: Int32) {
        drainOutput(of: program.pipes)
        leftovers.keep(program.pipes)
        let exitCode = ProgramProcess.exitCode(of: status)
        guard exitCode != 0 else { return finish(status: .succeeded, exitCode: 0) }
        let ranOutOfMemory = outOfMemoryKills.haveGrown
        finish(
            status: .failed,
            errorName: ranOutOfMemory ? "OutOfMemory" : "ExitCode",
            errorMessage: ranOutOfMemory
                ? "The session ran out of memory; its files are still there."
                : exitCode > 128
                    ? "The program was ended by signal \(exitCode - 128)."
                    : "The program ended with exit code \(exitCode).",
            exitCode: exitCode
        )
    }
}
