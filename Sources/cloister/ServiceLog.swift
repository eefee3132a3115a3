internal import Domain
internal import Logging
internal import Telemetry

/// Makes the loggers of the services.
enum ServiceLog {
    /// Makes a logger that writes JSON lines to standard error.
    ///
    /// - Parameters:
    ///   - component: the part of the program that logs.
    ///   - level: the least level that is written.
    /// - Returns: the logger.
    static func logger(_ component: String, level: Logger.Level) -> Logger {
        Logger(label: component) { JSONLogHandler(component: $0, logLevel: level) }
    }

    /// Reads a level from a configuration.
    ///
    /// - Parameter name: the level's name.
    /// - Returns: the level.
    /// - Throws: `invalidConfiguration` when there is none of this name.
    static func level(_ name: String) throws(Failure) -> Logger.Level {
        guard let level = Logger.Level(rawValue: name) else {
            throw Failure(
                .invalidConfiguration,
                "logLevel is one of: " + Logger.Level.allCases.map(\.rawValue).joined(separator: ", ") + "."
            )
        }
        return level
    }
}
