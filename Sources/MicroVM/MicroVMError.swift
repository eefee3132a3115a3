/// Why a machine could not be made, or why it ended.
package struct MicroVMError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of trouble.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name, as it appears in logs and metrics.
        package let name: String

        private init(_ name: String) { self.name = name }

        /// A value of the configuration is wrong.
        package static let invalidConfiguration = Self("invalidConfiguration")
        /// The guest image is missing or incomplete.
        package static let imageUnusable = Self("imageUnusable")
        /// QEMU or a part of its launcher is missing or did not start.
        package static let launchFailed = Self("launchFailed")
        /// QEMU refused a command.
        package static let commandRefused = Self("commandRefused")
        /// What came from QEMU's monitor is not its protocol.
        package static let monitorGarbage = Self("monitorGarbage")
        /// What came from the guest is not the protocol; the guest is hostile or broken.
        package static let guestGarbage = Self("guestGarbage")
        /// The guest does not read what it is sent.
        package static let guestBacklog = Self("guestBacklog")
        /// The guest did not do what it was told.
        package static let guestTrouble = Self("guestTrouble")
        /// The guest shut down, crashed or restarted.
        package static let guestEnded = Self("guestEnded")
        /// The QEMU process ended or closed its connections.
        package static let machineDied = Self("machineDied")
        /// An answer did not come in time.
        package static let deadlineExceeded = Self("deadlineExceeded")
        /// The task was cancelled.
        package static let cancelled = Self("cancelled")
        /// The pool has no template; it was not prepared.
        package static let notPrepared = Self("notPrepared")
        /// A template on disk is not the one that is needed, or is damaged.
        package static let templateUnusable = Self("templateUnusable")
        /// A system call failed.
        package static let systemCall = Self("systemCall")

        package var description: String { name }
    }

    /// The kind of trouble.
    package let code: Code
    /// What is wrong, in one sentence; for the log, not for a client.
    package let message: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: the kind of trouble.
    ///   - message: what is wrong, in one sentence.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }
}
