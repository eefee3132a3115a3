internal import NIOCore

extension QEMUProcess {
    /// Loads the template's state; the machine stays stopped.
    ///
    /// - Parameter deadline: when to give up.
    /// - Throws: `templateUnusable`, `deadlineExceeded`, or why the process ended.
    func load(by deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        try await monitor.execute(
            "migrate-set-capabilities",
            [
                "capabilities": [
                    ["capability": "x-ignore-shared", "state": true],
                    ["capability": "events", "state": true],
                ]
            ],
            by: deadline
        )
        try await monitor.execute(
            "migrate-incoming",
            ["uri": .text("fd:\(InheritedDescriptor.state)")],
            by: deadline
        )
        try await loaded.value(by: deadline, "The loading of the template")
    }
}
