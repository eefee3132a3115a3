import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite("Log lines")
struct JSONLogHandlerTests {
    @Test(
        "Whatever stands in a message, the line is JSON and one line",
        arguments: ["plain", "\"quotes\" \\ and \n lines \r\t", "\u{0}\u{1f}\u{7f}", "Ünïcode 🧪", "\u{2028}"]
    )
    func hostileText(text: String) throws {
        let line = JSONLogHandler.line(
            time: "2026-01-01T00:00:00.000Z",
            level: "info",
            component: "worker",
            message: text,
            metadata: ["key \(text)": "\(text)", "list": ["\(text)"]]
        )
        #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let members = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(members?["message"] == text)
        #expect(members?["key \(text)"] == text)
        #expect(members?["level"] == "info")
    }
}
