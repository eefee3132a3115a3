/// How a QEMU process ended.
package struct ProcessEnd: Hashable, Sendable, CustomStringConvertible {
    /// Its exit code; nil when a signal ended it.
    package let exitCode: Int32?
    /// The signal that ended it; nil when it exited.
    package let signal: Int32?
    /// The last of what it wrote to standard error.
    package let diagnostics: String

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

    package var description: String {
        "\(cause) QEMU \(process)" + (console.isEmpty ? "" : "\nconsole:\n\(console)")
    }
}
