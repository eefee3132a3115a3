import APIModel
import Foundation
import Presentation
import SeededRandomness
import Testing

/// What a guest wrote, on a terminal.
@Suite("Text of a guest on a terminal")
struct GuestTextTests {
    private func shown(_ text: String, pieces: Int = 1_000) -> String {
        var filter = TerminalText()
        var shown: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            shown += filter.next(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return String(decoding: shown, as: UTF8.self)
    }

    @Test("Text, lines and colours pass, however they are cut", arguments: [1, 2, 3, 1_000])
    func harmless(pieces: Int) {
        let text = "é😀 \u{A0}line\r\n\ttab \u{1B}[1;31mred\u{1B}[0m \u{1B}[mend"
        #expect(shown(text, pieces: pieces) == text)
    }

    @Test(
        "Whatever else a terminal would obey does not reach it",
        arguments: [
            "\u{1B}]0;title\u{07}", "\u{1B}[2J", "\u{1B}[6n", "\u{1B}c", "\u{1B}P+q\u{1B}\\", "\u{9B}2J",
            "\u{8}\u{7F}\0",
            "\u{1B}\u{1B}[2J", "\u{1B}[\u{1B}[2J", "\u{1B}[31\u{7}m", "\u{1B}[?1049h",
            "\u{1B}\u{9B}2J", "\u{1B}[\u{9B}2J", "\u{1B}[3\u{9B}2J", "\u{1B}\u{9D}52;c;x\u{7}",
            "\u{1B}[" + String(repeating: "1;", count: 50) + "m",
        ]
    )
    func obeyed(text: String) {
        for pieces in 1...4 {
            let shown = shown("a" + text + "z", pieces: pieces)
            #expect(shown.hasPrefix("a"))
            #expect(shown.hasSuffix("z"))
            #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }

    @Test(
        "Whatever bytes come, and however they are cut, no terminal obeys more than colours",
        arguments: 0..<200
    )
    func random(seed: UInt64) throws {
        let dangerous: [UInt8] = [
            0x1B, 0x1B, 0x5B, 0x5B, 0xC2, 0xC2, 0x9B, 0x9D, 0x90, 0x33, 0x3B, 0x6D, 0x4A, 0x07,
        ]
        var generator = SeededGenerator(seed: seed)
        let bytes = (0..<300).map { _ in
            Bool.random(using: &generator)
                ? dangerous.randomElement(using: &generator)!
                : UInt8.random(in: .min ... .max, using: &generator)
        }
        var whole = TerminalText()
        let shown = whole.next(bytes)
        var filter = TerminalText()
        var joined: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...5, using: &generator)
            joined += filter.next(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        #expect(joined == shown)
        let text = String(decoding: shown, as: UTF8.self).replacing(/\u{1B}\[[0-9;]*m/, with: "")
        let isObeyed = text.unicodeScalars.contains {
            $0.properties.generalCategory == .control && !["\t", "\n", "\r"].contains($0)
        }
        #expect(!isObeyed)
    }

    @Test("JSON has no control character, and means the same")
    func json() throws {
        let value = JSONValue.object([.init("a\u{9B}", .string("\u{7F}\u{80}\u{9F}\u{A0}é😀\u{1B}\n\"\\"))])
        let text = TerminalJSON.of(value)
        #expect(String(decoding: text, as: UTF8.self).contains(#"\u007f\u0080\u009f"#))
        #expect(
            !String(decoding: text, as: UTF8.self).unicodeScalars.contains {
                $0.properties.generalCategory == .control
            }
        )
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text)) == value)
    }

    @Test("A line of progress has bar, bytes and rate, and fits a terminal")
    func progress() {
        let progress = TransferProgress(name: String(repeating: "n", count: 99) + ".csv", total: 4_096)
        let line = progress.line(done: 1_024, elapsed: .milliseconds(500))
        #expect(line.hasSuffix("[######..................]  25% 1.0 KiB 2.0 KiB/s"))
        #expect(line.contains("nnn.csv "))
        #expect(line.count <= 79)
        #expect(TransferProgress(name: "a", total: 0).line(done: 0, elapsed: .zero).contains("100%"))
        #expect(
            !TransferProgress(name: "a\u{1B}", total: nil).line(done: 5, elapsed: .zero).contains("\u{1B}")
        )
    }

    @Test("Numbers of bytes have a unit that suits them")
    func byteCounts() {
        let cases = [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (128 << 20, "128.0 MiB"),
        ]
        for (count, text) in cases { #expect(ByteCount.text(count) == text) }
    }
}
