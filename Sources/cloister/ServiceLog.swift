internal import Logging
internal import ServiceLifecycle
internal import ServiceSettings
internal import Telemetry
internal import UnixSignals

/// The log of a service: a logger for each of its parts, whose levels follow the configuration.
struct ServiceLog: Sendable {
    /// The parts that have a level of their own, with the key that says it.
    private static let parts: [String: Setting] = [
        "api": .logLevelAPI, "coordinator": .logLevelCoordinator, "worker": .logLevelWorker,
    ]

    private let format: LogFormat
    private let levels: [String: LogLevel]

    /// Begins the log.
    ///
    /// - Parameter settings: the configuration.
    init(_ settings: Settings) {
        format = LogFormat(rawValue: settings.text(.logFormat)) ?? .json
        levels = Self.parts.mapValues { LogLevel(Self.level(of: $0, settings)) }
    }

    /// Makes the logger of a part.
    ///
    /// - Parameter part: the part, which is in the table.
    /// - Returns: the logger.
    func logger(_ part: String) -> Logger {
        guard let level = levels[part] else { preconditionFailure("\(part) has no level") }
        return Logger(label: part) { [format] in LineLogHandler(component: $0, format: format, level: level) }
    }

    /// Takes the levels of a configuration over.
    ///
    /// - Parameter settings: the configuration.
    func follow(_ settings: Settings) {
        for (part, level) in levels {
            if let setting = Self.parts[part] { level.value = Self.level(of: setting, settings) }
        }
    }

    private static func level(of setting: Setting, _ settings: Settings) -> Logger.Level {
        settings.optionalText(setting).flatMap(Logger.Level.init(rawValue:)) ?? settings.logLevel
    }

    /// Makes a logger that writes JSON lines to standard error.
    ///
    /// - Parameters:
    ///   - component: the part of the program that logs.
    ///   - level: the least level that is written.
    /// - Returns: the logger.
    static func logger(_ component: String, level: Logger.Level) -> Logger {
        let level = LogLevel(level)
        return Logger(label: component) { LineLogHandler(component: $0, level: level) }
    }
}

/// Has a service follow the log levels of its configuration: `SIGHUP` has them read anew.
struct LogLevelService: Service {
    let log: ServiceLog
    let logger: Logger
    /// Reads the configuration, as at the start.
    let read: @Sendable () throws -> Settings

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            for await _ in signals {
                do {
                    log.follow(try read())
                    logger.notice("the log levels were read anew")
                } catch {
                    logger.error("the configuration cannot be read anew", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
