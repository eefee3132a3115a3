internal import Domain
internal import Glibc
package import Logging

/// What log lines look like.
package enum LogFormat: String, Sendable {
    /// One object for each entry.
    case json
    /// Text for people.
    case text
}

/// Writes each log entry as one line to standard error.
///
/// As JSON its members are `time` (RFC 3339, UTC, milliseconds), `level`, `component`, `message`, then the metadata.
/// What is logged for a request has its `traceId`, and its `execution` if it is one.
package struct LineLogHandler: LogHandler {
    /// What is added to every entry.
    package var metadata: Logger.Metadata = [:]
    private let component: String
    private let format: LogFormat
    private let level: LogLevel
    /// What somebody asked of this very logger; nil while it follows its component.
    private var ownLevel: Logger.Level?

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - component: the part of the program that logs, such as `worker`.
    ///   - format: what lines look like.
    ///   - level: the least level that is written; it may change.
    package init(component: String, format: LogFormat = .json, level: LogLevel) {
        self.component = component
        self.format = format
        self.level = level
    }

    /// The least level that is written.
    package var logLevel: Logger.Level {
        get { ownLevel ?? level.value }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let line = line(event, at: LogLine.timeOfDay())
        // One write for a line: entries of several threads do not mix.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    func line(_ event: LogEvent, at time: String) -> String {
        var entries: Logger.Metadata = [:]
        if let origin = RequestOrigin.current {
            entries["traceId"] = "\(origin.trace.traceID)"
            if let execution = origin.execution { entries["execution"] = "\(execution)" }
        }
        entries.merge(metadata) { _, new in new }
        if let more = event.metadata { entries.merge(more) { _, new in new } }
        if let error = event.error { entries["error"] = "\(error)" }
        let make = format == .json ? LogLine.json : LogLine.text
        return make(time, "\(event.level)", component, "\(event.message)", entries)
    }
}
