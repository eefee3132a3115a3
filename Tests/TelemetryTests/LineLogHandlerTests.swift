import Domain
import Logging
import Testing

@testable import Telemetry

@Suite("Log handler")
struct LineLogHandlerTests {
    private let trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: false)

    private func event(_ message: Logger.Message, _ metadata: Logger.Metadata? = nil) -> LogEvent {
        LogEvent(
            level: .info,
            message: message,
            error: nil,
            metadata: metadata,
            source: "test",
            file: "f",
            function: "g",
            line: 1
        )
    }

    @Test(
        "What is logged for a request names its trace and its execution, and what the logger says goes before"
    )
    func origin() throws {
        var handler = LineLogHandler(component: "worker", level: LogLevel(.info))
        var origin = RequestOrigin(trace: trace)
        origin.execution = try ExecutionID("e-1")
        RequestOrigin.$current.withValue(origin) {
            let line = handler.line(event("m"), at: "t")
            #expect(line.contains(#""traceId":"00000000000000010000000000000002""#))
            #expect(line.contains(#""execution":"e-1""#))
            handler[metadataKey: "traceId"] = "other"
            #expect(handler.line(event("m"), at: "t").contains(#""traceId":"other""#))
        }
        #expect(!handler.line(event("m"), at: "t").contains("execution"))
    }

    @Test("A level that changes holds from the next entry on, also for loggers that were there before")
    func level() {
        let level = LogLevel(.info)
        let logger = Logger(label: "worker") { LineLogHandler(component: $0, level: level) }
        var quiet = logger
        quiet.logLevel = .error
        #expect(logger.logLevel == .info)
        level.value = .trace
        #expect(logger.logLevel == .trace)
        #expect(quiet.logLevel == .error)
    }

    @Test("Text for people is one line, without control characters")
    func text() {
        let handler = LineLogHandler(component: "api", format: .text, level: LogLevel(.info))
        let line = handler.line(
            event("two\nlines\u{1b}[2J", ["b": "with space", "a": "1", "c": "x\ny"]),
            at: "T"
        )
        #expect(line == "T INFO api: two\u{fffd}lines\u{fffd}[2J a=1 b=\"with space\" c=\"x\\ny\"\n")
    }
}
