import APIModel
import Client
import Testing

@testable import ClientCommands

/// What comes of an execution on the command line.
@Suite("Executions on the command line")
struct ExecutionTests {
    private func events(_ text: String, pieces: Int) throws -> [EventStreamParser.Event] {
        var parser = EventStreamParser()
        var events: [EventStreamParser.Event] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            events += try parser.next(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return events
    }

    @Test("A stream means the same however it is cut", arguments: [1, 2, 3, 7, 1_000])
    func stream(pieces: Int) throws {
        let text = """
            : keep-alive\n\nevent: stdout\nid: 1\ndata: {"text":"é\\n"}\n\nevent:end\r\nid:2\r\ndata:{}\r\n\r\n\
            event: half\ndata: never told
            """
        let found = try events(text, pieces: pieces)
        #expect(found.map(\.name) == ["stdout", "end"])
        #expect(found.map(\.id) == ["1", "2"])
        #expect(found.map { String(decoding: $0.data, as: UTF8.self) } == [#"{"text":"é\n"}"#, "{}"])
    }

    @Test("Lines of data join, and an event without data is none")
    func joinedData() throws {
        let found = try events("data: a\ndata: b\n\nevent: x\nid: 9\n\ndata\n\n", pieces: 1)
        #expect(found.map { String(decoding: $0.data, as: UTF8.self) } == ["a\nb"])
        #expect(found.first?.name == "message")
        #expect(found.first?.id == nil)
    }

    @Test("Values are shown as an interpreter would show them, and nothing is shown of none")
    func values() {
        #expect(ResultText.of(.null) == nil)
        #expect(ResultText.of(.string("")) == nil)
        #expect(ResultText.of(.string("a")) == "a")
        #expect(ResultText.of(.array([.integer(1)])) == "[1]")
    }

    @Test("Spans of time have a unit, and none is without length")
    func lifetimes() {
        #expect(Lifetime.seconds("90d") == 7_776_000)
        for text in ["", "d", "0d", "-1d", "1", "1w", "1.5h", "9223372036854775807d"] {
            #expect(Lifetime.seconds(text) == nil, "\(text)")
        }
    }
}
