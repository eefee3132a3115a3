import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite("Log lines")
struct LogLineTests {
    @Test(
        "Whatever stands in a message, the line is JSON and one line",
        arguments: ["plain", "\"quotes\" \\ and \n lines \r\t", "\u{0}\u{1f}\u{7f}", "Ünïcode 🧪", "\u{2028}"]
    )
    func hostileText(text: String) throws {
        let line = LogLine.json(
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

    @Test("Metadata cannot take the place of what every entry has")
    func reservedNames() throws {
        let line = LogLine.json(
            time: "now",
            level: "info",
            component: "worker",
            message: "real",
            metadata: ["message": "forged", "level": "forged", "worker": "w\n{\"message\":\"forged\"}"]
        )
        #expect(line.components(separatedBy: "\"message\":").count == 2)
        let members = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(members?["message"] == "real")
        #expect(members?["level"] == "info")
        #expect(members?["metadata.message"] == "forged")
        #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    }

    @Test("Every scalar up to the surrogates survives, and bytes that are no UTF-8 do no harm")
    func allScalars() throws {
        var scalars = String.UnicodeScalarView()
        for value in 0..<UInt32(0xd800) { if let scalar = Unicode.Scalar(value) { scalars.append(scalar) } }
        for text in [String(scalars), String(decoding: [0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80], as: UTF8.self)] {
            let line = LogLine.json(
                time: "now",
                level: "info",
                component: text,
                message: text,
                metadata: [:]
            )
            let members = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            #expect(members?["message"]?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
            #expect(line.utf8.filter { $0 < 0x20 }.count == 1)
        }
    }
}
