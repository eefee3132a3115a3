internal import Glibc
internal import Logging

/// Log entries as lines of text.
enum LogLine {
    /// The members that every entry has.
    private static let members: Set<String> = ["time", "level", "component", "message"]

    /// An entry as one object.
    static func json(
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

    /// An entry for people: time, level, component, message, then the metadata as `key=value`.
    static func text(
        time: String,
        level: String,
        component: String,
        message: String,
        metadata: Logger.Metadata
    ) -> String {
        var line = "\(time) \(level.uppercased()) \(component): \(plain(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let text = value.description
            // Quoted where the end of the value would not be seen.
            let isPlain =
                !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x22 }
            line += " \(plain(key))=\(isPlain ? plain(text) : quoted(text))"
        }
        return line + "\n"
    }

    /// A text without control characters: an entry is one line, and no terminal is told anything.
    private static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            plain.unicodeScalars.append(isControl ? "\u{fffd}" : scalar)
        }
        return plain
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
