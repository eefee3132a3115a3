import Domain
import TestSupport
import Transport

/// How the nodes of a test talk.
enum Line: CaseIterable, Sendable {
    case memory
    case sockets

    var post: any Post {
        switch self {
        case .memory: InMemoryTransport()
        case .sockets: NNGTransport()
        }
    }
}

extension PlayedNodes {
    /// Runs code as a patient client does: again when it is told that nothing was run.
    ///
    /// - Returns: the report, and how often the session was lost on the way.
    func insist(
        _ code: String,
        in identifier: String,
        within limit: Duration = .seconds(15)
    ) async throws(Failure) -> (report: ExecutionReport, losses: Int) {
        let deadline = ContinuousClock.now + limit
        var losses = 0
        while true {
            do throws(Failure) {
                return (try await run(code, in: identifier), losses)
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                if error.code == .sessionLost {
                    losses += 1
                } else if error.retryAfterSeconds == nil {
                    throw error
                }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}

extension ExecutionReport {
    /// What the code printed, as text.
    var text: String { String(decoding: standardOutput, as: UTF8.self) }
}
