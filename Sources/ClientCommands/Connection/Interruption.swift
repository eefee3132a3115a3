internal import ArgumentParser
internal import UnixSignals

/// Work that leaves nothing behind when it is interrupted.
enum Interruption {
    /// Does something; SIGINT and SIGTERM cancel it, and the process ends when it has cleaned up.
    ///
    /// - Parameter work: what to do.
    /// - Throws: what `work` throws; the exit code of the signal.
    static func cancelling(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await work()
                return nil
            }
            group.addTask {
                for await signal in signals {
                    return signal == .sigint ? ExitStatus.interrupted : ExitStatus.terminated
                }
                return nil
            }
            defer { group.cancelAll() }
            guard let code = try await group.next() ?? nil else { return }
            group.cancelAll()
            // What it says about its being cancelled is no news.
            _ = try? await group.next()
            throw ExitCode(code)
        }
    }
}
