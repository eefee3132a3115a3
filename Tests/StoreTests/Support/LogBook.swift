import Logging
import Synchronization

/// Collects what is logged.
final class LogBook: Sendable {
    private let lines = Mutex<[String]>([])

    /// A logger that writes here.
    var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

    /// How many lines hold a text.
    func count(of text: String) -> Int { lines.withLock { $0.count { $0.contains(text) } } }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            book.lines.withLock { $0.append("\(event.message) \(facts.joined(separator: " "))") }
        }
    }
}
