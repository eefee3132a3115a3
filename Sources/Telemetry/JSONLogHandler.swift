internal import Glibc
package import Logging

/// Writes each log entry as one line of JSON to standard error.
///
/// Members: `time` (RFC 3339, UTC, milliseconds), `level`, `component`, `message`, then the metadata.
package struct JSONLogHandler: LogHandler {
    /// The least level that is written.
    package var logLevel: Logger.Level
    /// What is added to every entry.
    package var metadata: Logger.Metadata = [:]
    private let component: String
    /// The members that every entry has.
    private static let members: Set<String> = ["time", "level", "component", "message"]

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - component: the part of the program that logs, such as `worker`.
    ///   - logLevel: the least level that is written.
    package init(component: String, logLevel: Logger.Level) {
        self.component = component
        self.logLevel = logLevel
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var entries = metadata
        if let more = event.metadata { entries.merge(more) { _, new in new } }
        if let error = event.error { entries["error"] = "\(error)" }
        let line = Self.line(
            time: Self.timeOfDay(),
            level: "\(event.level)",
            component: component,
            message: "\(event.message)",
            metadata: entries
        )
        // One write for a line: entries of several threads do not mix.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    /// Puts an entry together.
    static func line(
        time: String,
        level: String,
        component: String,
        message: String,
        metadata: Logger.Metadata
    ) -> String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"component\":\(quoted(component))"
        line += ",\"message\":\(quoted(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            // A member that came twice would be read as the one or the other, as the reader pleases.
            let name = members.contains(key) ? "metadata.\(key)" : key
            line += ",\(quoted(name)):\(quoted(value.description))"
        }
        return line + "}\n"
    }

    /// Writes a text as JSON (RFC 8259, section 7).
    static func quoted(_ text: String) -> String {
        let digits = Array("0123456789abcdef")
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.value < 0x20:
                quoted += "\\u00"
                quoted.append(digits[Int(scalar.value >> 4)])
                quoted.append(digits[Int(scalar.value & 15)])
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// The time of day as RFC 3339, in UTC with milliseconds.
    static func timeOfDay() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let time = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
        return date.map { padded($0, 2) }.joined(separator: "-") + "T"
            + time.map { padded($0, 2) }.joined(separator: ":") + "."
            + padded(Int(now.tv_nsec) / 1_000_000, 3) + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
