package import Logging
internal import Synchronization

/// Keeps what is logged, for a test to read.
package final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    /// Makes an empty one.
    package init() {}

    /// The messages so far, with their metadata.
    package var entries: [String] { lines.withLock { $0 } }

    /// A logger that writes into it.
    package var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

    private struct Handler: LogHandler {
        let book: LogBook
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
            book.lines.withLock { $0.append(line) }
        }
    }
}

/// Waits until something is so.
///
/// - Parameters:
///   - limit: how long.
///   - condition: what.
/// - Returns: whether it became so in time.
package func eventually(
    within limit: Duration = .seconds(10),
    _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}
