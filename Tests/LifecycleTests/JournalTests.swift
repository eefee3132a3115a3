import Domain
import Lifecycle
import SeededRandomness
import Testing

@Suite("The journal of an execution")
struct JournalTests {
    private let ended = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .seconds(1)))

    @Test("A reader with a cursor gets every event once, in order, whatever the page's size")
    func cursor() {
        var journal = Journal(limitBytes: 1 << 20)
        for number in 0..<100 {
            journal.append(.value(ResultValue(text: "\(number)", json: nil)))
        }
        journal.append(ended)
        for limit in [1, 60, 400, 1 << 20] {
            var sequence: UInt64 = 0
            var seen: [ExecutionEvent] = []
            var reachesEnd = false
            while !reachesEnd {
                let page = journal.read(from: sequence, limitBytes: limit)
                seen += page.events.map(\.event)
                sequence = page.events.last.map { $0.sequence + 1 } ?? sequence
                reachesEnd = page.reachesEnd
            }
            #expect(seen.count == 101)
            #expect(seen.last == ended)
        }
        #expect(journal.read(from: 10_000, limitBytes: 1).events.isEmpty)
        #expect(journal.read(from: .max, limitBytes: 1).reachesEnd)
    }

    @Test("What is beyond the bound is dropped, the end says so, and nothing comes after it")
    func bound() {
        var journal = Journal(limitBytes: 1_000)
        for _ in 0..<10_000 {
            journal.append(.standardOutput([1]))
            // A reader who is always there keeps chunks from joining.
            _ = journal.read(from: 0, limitBytes: .max)
        }
        journal.append(.value(ResultValue(text: "too much", json: nil)))
        journal.append(ended)
        #expect(journal.byteCount <= 1_300, "tiny events count for what they cost")
        #expect(journal.outcome?.wasTruncated == true)
        journal.append(.standardOutput([2]))
        #expect(journal.read(from: 0, limitBytes: .max).events.last?.event != .standardOutput([2]))
    }

    @Test("A flood of tiny chunks that nobody reads costs its bytes")
    func merging() {
        var journal = Journal(limitBytes: 1 << 20)
        for _ in 0..<500_000 { journal.append(.standardOutput([UInt8(ascii: ".")])) }
        #expect(journal.byteCount < 510_000)
        journal.append(ended)
        let events = journal.read(from: 0, limitBytes: .max).events
        #expect(events.reduce(0) { $0 + $1.event.byteCount } == 500_000 + 64)
        #expect(events.count < 20)
        #expect(journal.outcome?.wasTruncated == false)
    }

    @Test("An event that a reader may have seen never changes, and what comes later is a new one")
    func cursorWhileGrowing() {
        var journal = Journal(limitBytes: 1 << 20)
        journal.append(.standardOutput(Array("one ".utf8)))
        journal.append(.standardOutput(Array("two ".utf8)))
        let first = journal.read(from: 0, limitBytes: .max).events
        #expect(first.map(\.event) == [.standardOutput(Array("one two ".utf8))])
        #expect(!journal.hasEvent(from: 1))
        journal.append(.standardOutput(Array("three".utf8)))
        #expect(journal.hasEvent(from: 1))
        #expect(!journal.hasEvent(from: 2))
        let both = journal.read(from: 0, limitBytes: .max).events
        #expect(both.first == first.first)
        #expect(both.map(\.sequence) == [0, 1])
        #expect(journal.read(from: 1, limitBytes: .max).events == [both[1]])
    }

    @Test("A character that has only begun is no event yet; the end brings what will never be whole")
    func openCharacter() {
        var journal = Journal(limitBytes: 1 << 20)
        let smile = Array("😀".utf8)
        journal.append(.standardOutput(Array(smile[..<3])))
        #expect(!journal.hasEvent(from: 0))
        #expect(journal.read(from: 0, limitBytes: .max).events.isEmpty)
        journal.append(.standardError(Array("other".utf8)))
        journal.append(.standardOutput([smile[3]] + smile[..<2]))
        journal.append(ended)
        let events = journal.read(from: 0, limitBytes: .max).events.map(\.event)
        #expect(
            events == [
                .standardError(Array("other".utf8)), .standardOutput(smile),
                .standardOutput(Array(smile[..<2])), ended,
            ]
        )
    }

    @Test("Where output is cut it is cut between characters, and it is the beginning of the whole")
    func cutBetweenCharacters() {
        for limit in 200...230 {
            var journal = Journal(limitBytes: limit)
            for _ in 0..<100 { for byte in "€".utf8 { journal.append(.standardOutput([byte])) } }
            journal.append(ended)
            let text = Self.output(of: journal.allEvents, .standardOutput)
            #expect(text.count == (limit - 160) / 3 * 3)
            #expect(String(validating: text, as: UTF8.self) != nil)
            #expect(journal.outcome?.wasTruncated == true)
        }
    }

    /// Which stream an event belongs to.
    private enum Stream: CaseIterable { case standardOutput, standardError }

    private static func output(of events: [ExecutionEvent], _ stream: Stream) -> [UInt8] {
        events.flatMap { event -> [UInt8] in
            switch (event, stream) {
            case (.standardOutput(let bytes), .standardOutput), (.standardError(let bytes), .standardError):
                bytes
            default: []
            }
        }
    }

    @Test("Cut anywhere and read at any time, streams stay whole, and valid text is valid in each event")
    func boundaries() {
        var random = SeededGenerator(seed: 2_026)
        for round in 0..<400 {
            let isText = round % 2 == 0
            var rest: [Stream: [UInt8]] = [:]
            for stream in Stream.allCases { rest[stream] = Self.content(isText: isText, &random) }
            let whole = rest
            var journal = Journal(limitBytes: 1 << 20)
            var seen: [SequencedEvent] = []
            while let stream = Stream.allCases.filter({ rest[$0]?.isEmpty == false }).randomElement(
                using: &random
            ) {
                let chunk = Array((rest[stream] ?? []).prefix(.random(in: 1...7, using: &random)))
                rest[stream]?.removeFirst(chunk.count)
                journal.append(stream == .standardOutput ? .standardOutput(chunk) : .standardError(chunk))
                if Int.random(in: 0..<4, using: &random) == 0 {
                    seen += journal.read(from: UInt64(seen.count), limitBytes: 300).events
                }
            }
            journal.append(ended)
            let all = journal.read(from: 0, limitBytes: .max).events
            #expect(all.prefix(seen.count) == seen[...], "what was read stays as it was")
            #expect(all.map(\.sequence) == (0..<UInt64(all.count)).map { $0 })
            for stream in Stream.allCases {
                #expect(Self.output(of: all.map(\.event), stream) == whole[stream])
            }
            guard isText else { continue }
            for event in all {
                let bytes = Stream.allCases.flatMap { Self.output(of: [event.event], $0) }
                #expect(String(validating: bytes, as: UTF8.self) != nil, "event \(event) of round \(round)")
            }
        }
    }

    private static func content(isText: Bool, _ random: inout SeededGenerator) -> [UInt8] {
        let count = Int.random(in: 0...60, using: &random)
        guard isText else {
            // Many lead and continuation bytes, so that broken characters are common.
            return (0..<count * 2).map { _ in
                UInt8.random(in: Bool.random(using: &random) ? 0x80...0xff : 0...0xff, using: &random)
            }
        }
        let scalars = (0..<count).map { _ -> Unicode.Scalar in
            let ranges: [ClosedRange<UInt32>] = [
                0...0x7f, 0x80...0x7ff, 0x800...0xd7ff, 0xe000...0xffff, 0x10000...0x10ffff,
            ]
            let range = ranges.randomElement(using: &random) ?? 0...0x7f
            return Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "x"
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return Array(text.utf8)
    }
}

extension Journal {
    /// All events, read at once.
    var allEvents: [ExecutionEvent] {
        var copy = self
        return copy.read(from: 0, limitBytes: .max).events.map(\.event)
    }
}
