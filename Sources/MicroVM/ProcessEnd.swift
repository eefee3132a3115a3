/// How a QEMU process ended.
package struct ProcessEnd: Hashable, Sendable, CustomStringConvertible {
    /// Its exit code; nil when a signal ended it.
    package let exitCode: Int32?
    /// The signal that ended it; nil when it exited.
    package let signal: Int32?
    /// The last of what it wrote to standard error.
    package let diagnostics: String

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - exitCode: the exit code; nil when a signal ended the process.
    ///   - signal: the signal that ended it; nil when it exited.
    ///   - diagnostics: the last of what it wrote to standard error.
    package init(exitCode: Int32?, signal: Int32?, diagnostics: String) {
        self.exitCode = exitCode
        self.signal = signal
        self.diagnostics = diagnostics
    }

    package var description: String {
        let how = signal.map { "ended by signal \($0)" } ?? "exited with code \(exitCode ?? -1)"
        return diagnostics.isEmpty ? how : "\(how): \(diagnostics)"
    }
}

/// Why a machine is no more, as far as that is known.
package struct MachineExit: Sendable, CustomStringConvertible {
    /// What ended it: the guest's own shutdown, its garbage, QEMU's death, our order.
    package let cause: MicroVMError
    /// How the QEMU process ended.
    package let process: ProcessEnd
    /// The end of the guest's console, where there was time to read it.
    package let console: String

    /// What the guest's kernel says when it gives up for want of memory (mm/oom_kill.c).
    private static let memoryPanics = [
        "Kernel panic - not syncing: System is deadlocked on memory",
        "Kernel panic - not syncing: Out of memory",
    ]

    /// Whether the guest as a whole ran out of memory, by the last words of its kernel.
    ///
    /// The words are the guest's own: they name the end for people, and nothing else is decided by them.
    package var ranOutOfMemory: Bool {
        guard cause.code == .guestEnded else { return false }
        return console.split(whereSeparator: \.isNewline).contains { line in
            Self.memoryPanics.contains { line.contains($0) }
        }
    }

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - cause: what ended the machine.
    ///   - process: how the QEMU process ended.
    ///   - console: the end of the guest's console.
    package init(cause: MicroVMError, process: ProcessEnd, console: String) {
        self.cause = cause
        self.process = process
        self.console = console
    }

    package var description: String {
        "\(cause) QEMU \(process)" + (console.isEmpty ? "" : "\nconsole:\n\(console)")
    }
}
