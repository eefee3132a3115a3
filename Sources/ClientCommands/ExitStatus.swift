/// The exit codes of the commands that ask a cluster; the one place where they stand.
package enum ExitStatus {
    /// Code that ran and failed; a measurement with failures, or a comparison with a broken bound.
    package static let codeFailed: Int32 = 1
    /// A command could not do what it is for.
    package static let notDone: Int32 = 2
    /// A dry run that found something to change.
    static let wouldChange: Int32 = 3
    /// Code that ran out of time, as `timeout` of coreutils has it.
    static let timedOut: Int32 = 124
    /// Code that could not be run at all, as `docker run` has it.
    package static let notRun: Int32 = 125
    /// Ended by Ctrl-C: 128 and the signal's number, as shells have it.
    package static let interrupted: Int32 = 130
    /// Whoever read the output has gone, as with SIGPIPE.
    static let readerGone: Int32 = 141
    /// Ended by SIGTERM.
    static let terminated: Int32 = 143

    /// All of them for the help of the program.
    package static let explanation = """
        Exit codes: 0 done; 1 the code failed (in shell pools its own exit code), or bench saw failures or a broken \
        bound; 2 the command could not be carried out, and standard error says why and what to do; 3 apply --dry-run \
        found something to change; \
        64 wrong options; 124 the code ran out of time; 125 exec or run could not run the code at all; 130 ended \
        by Ctrl-C; 141 nobody reads the output any \
        more; 143 ended by SIGTERM.
        """
}
