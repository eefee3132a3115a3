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
}
