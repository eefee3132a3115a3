import Domain
import Testing
import Wire

/// What is over a limit is refused on both sides, and a message never costs much more memory than
/// its bytes.
@Suite("Size limits")
struct SizeLimitTests {
    private func output(ofBytes size: Int) -> Envelope.Content {
        page(of: [SequencedEvent(sequence: 0, event: .standardOutput([UInt8](repeating: 7, count: size)))])
    }

    /// A guest's text of which the event has exactly the limit when it is repaired, and so many bytes more.
    ///
    /// The wrong bytes, each of which becomes three, are few because Swift Testing looks at the stack
    /// for each error, also for those that the standard library throws and catches while it repairs.
    private static func greatestText(growth: Int) -> [UInt8] {
        let size = WireLimits.frameBytes - 64
        let cost = ExecutionEvent.standardOutput([]).byteCount
        let wrong = (WireLimits.eventBytes - cost - size + growth) / 2
        return [UInt8](repeating: 0xff, count: wrong) + [UInt8](repeating: 0x61, count: size - wrong)
    }

    @Test(
        "A declared size over the limit is refused, whatever the payload is",
        arguments: [UInt64(WireLimits.payloadBytes) + 1, 1 << 31, UInt64(UInt32.max)],
        [0, 1]
    )
    func declaredSize(size: UInt64, compression: UInt64) throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        raw.compression = compression
        raw.payloadSize = size
        #expect(try raw.received().number == 11)
        #expect(try code { _ = try raw.content() } == .tooLarge)
    }

    @Test("A payload of another size than declared is refused", arguments: [0, 1, 3, 1_000])
    func wrongSize(declared: UInt64) throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        raw.payloadSize = declared
        #expect(try code { _ = try raw.content() } == .malformed)
    }

    @Test("An envelope over the limit is refused unread")
    func greatEnvelope() throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        let room = WireLimits.envelopeBytes - raw.bytes.count - 6
        raw.appendix = message { $0.field(99, [UInt8](repeating: 0, count: room)) }
        #expect(raw.bytes.count == WireLimits.envelopeBytes)
        #expect(try raw.content() == .answer(.done))
        raw.appendix = message { $0.field(99, [UInt8](repeating: 0, count: room + 1)) }
        #expect(try code { _ = try raw.content() } == .tooLarge)
    }

    @Test("A payload of the limit passes; one byte more is refused by its sender")
    func greatPayload() throws {
        let overhead = try output(ofBytes: 1 << 21).payload().count - 1 << 21
        var envelope = Envelope(
            addressee: nil,
            sender: Incarnation(1),
            number: 1,
            timeLeft: .zero,
            content: output(ofBytes: WireLimits.payloadBytes - overhead)
        )
        #expect(try reassembled(try envelope.encoded(key: clusterKey())) == envelope)
        envelope.content = output(ofBytes: WireLimits.payloadBytes - overhead + 1)
        #expect(try code { _ = try envelope.encoded(key: clusterKey()) } == .tooLarge)
    }

    @Test("Tiny fields that fill a guest's frame are refused before they fill the memory")
    func tinyFieldsOfAGuest() throws {
        let size = WireLimits.frameBytes
        for pattern: [UInt8] in [[0x30, 0x00], [0x12, 0x00], [0x2a, 0x00], [0x22, 0x02, 0x12, 0x00]] {
            let frame = [UInt8](repeating: pattern, size: size)
            #expect(throws: WireError.self) { try GuestFrame(decoding: frame) }
            #expect(try code { _ = try GuestFrame(decoding: frame) } == .tooLarge)
        }
    }

    @Test("Tiny fields that fill an answer are refused, though they take few bytes on the wire")
    func tinyFieldsOfAWorker() throws {
        for pattern: [UInt8] in [[0x30, 0x00], [0x0a, 0x00]] {
            let list = LZ4Block.repeating(pattern, size: WireLimits.payloadBytes - 5)
            var raw = RawEnvelope.answer([0])
            // A list of sessions: the field's tag and length as literals, then the pattern.
            let head: [UInt8] = [0x12] + message { $0.varint(UInt64(WireLimits.payloadBytes - 5)) }
            try #require(head.count == 5)
            raw.payload = [UInt8(head.count + 2) << 4 | 15] + head + list.dropFirst()
            raw.compression = 1
            raw.payloadSize = UInt64(WireLimits.payloadBytes)
            #expect(raw.payload.count < 80_000)
            #expect(try code { _ = try raw.content() } == .tooLarge)
        }
    }

    @Test("The greatest honest messages are not taken for hostile ones")
    func greatHonestMessages() throws {
        let bytes = [UInt8](repeating: 0xff, count: WireLimits.frameBytes - 64)
        let frame = GuestFrame.event(execution: 1, .standardOutput(bytes))
        #expect(try GuestFrame(decoding: try unframed(frame.encoded())) == frame)

        var arbitrary = Arbitrary(for: "great honest messages")
        let sessions = try (0..<WireLimits.sessionsPerList).map { _ in try arbitrary.session() }
        let list = Envelope.Content.answer(.sessions(sessions, nextOffset: 1))
        #expect(try list.decodingSibling(try list.payload()) == list)
    }

    @Test("A page of as many tiny events as a journal can hold passes", arguments: [0, 1])
    func tinyEvents(size: Int) throws {
        // A journal has 32 MiB and counts each event with 64 bytes beyond its own.
        let count = (32 << 20) / (64 + size)
        let event = ExecutionEvent.standardOutput([UInt8](repeating: 7, count: size))
        let page = page(of: (0..<count).map { SequencedEvent(sequence: UInt64($0), event: event) })
        #expect(try page.decodingSibling(try page.payload()) == page)
    }

    @Test("An event whose text grows too much when it is repaired is refused", arguments: EventKind.allCases)
    func growingTexts(kind: EventKind) throws {
        let garbage = Self.greatestText(growth: 2)
        let event: [UInt8] = message { event in
            switch kind {
            case .standardOutput: event.field(2, garbage)
            case .standardError: event.field(3, garbage)
            case .value: event.field(4, message { $0.field(1, garbage) })
            case .image:
                event.field(
                    5,
                    message { image in
                        image.field(1, "png")
                        image.field(2, garbage)
                    }
                )
            case .ended:
                event.field(
                    6,
                    message { outcome in
                        outcome.field(1, 1)
                        outcome.field(3, garbage)
                    }
                )
            }
        }
        let frame = message { $0.field(4, message { $0.field(2, event) }) }
        let isText = kind == .value || kind == .ended
        #expect(try code { _ = try GuestFrame(decoding: frame) } == (isText ? .tooLarge : nil))
    }

    @Test("Whatever event a guest may send, the worker can send it on")
    func greatestEventGoesOn() throws {
        let garbage = Self.greatestText(growth: 0)
        let value = message { $0.field(4, message { $0.field(1, garbage) }) }
        let frame = message { $0.field(4, message { $0.field(2, value) }) }
        guard case .event(_, let event) = try GuestFrame(decoding: frame) else {
            Issue.record("The frame is not an event.")
            return
        }
        let page = page(of: [SequencedEvent(sequence: .max, event: event)])
        #expect(try page.decodingSibling(try page.payload()) == page)
    }
}
