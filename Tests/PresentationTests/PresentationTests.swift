import APIModel
import Presentation
import Testing
import Yams

/// What people and programs get to see.
@Suite("Presentation")
struct PresentationTests {
    @Test("Columns are as wide as their widest cell, and the last one has no blanks behind it")
    func table() {
        var table = TextTable("NAME", "SESSIONS")
        #expect(table.lines(.plain).isEmpty)
        table.add("python", "12")
        table.add("a", "1")
        #expect(table.lines(.plain) == ["NAME    SESSIONS", "python  12", "a       1"])
    }

    @Test("What a guest sent cannot steer the terminal")
    func controlCharacters() {
        var table = TextTable("NAME")
        table.add("a\u{1B}[2Jb\nc\u{9B}d\te")
        #expect(table.lines(.plain).last == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d\u{FFFD}e")
    }

    @Test("YAML says the same as JSON, also for texts that look like something else")
    func yaml() throws {
        let texts = [
            "true", "12", "1.5", "null", "~", "", "a: b", "- x", "a\nb", "é", "0x1F", "2026-11-21", "yes",
            "#",
        ]
        let value = JSONValue.object([
            .init("texts", .array(texts.map(JSONValue.string))), .init("12", .integer(12)),
            .init("on", .boolean(true)),
            .init("nothing", .null), .init("half", .double(0.5)), .init("empty", .object([])),
            .init("none", .array([])),
        ])
        let text = try YAMLText.of(value)
        let read = try #require(try Yams.load(yaml: text) as? [String: Any])
        #expect(read["texts"] as? [String] == texts)
        #expect(read["12"] as? Int == 12)
        #expect(read["on"] as? Bool == true)
        #expect(read["half"] as? Double == 0.5)
        #expect((read["empty"] as? [String: Any])?.isEmpty == true)
        #expect((read["none"] as? [Any])?.isEmpty == true)
        #expect(text.hasPrefix("texts:\n"), "the members keep their order: \(text)")
    }
}
