import Domain
import Testing
import Wire

/// Every field from outside is checked against the domain's rules.
@Suite("Field checks")
struct FieldCheckTests {
    private static let notUTF8: [[UInt8]] = [
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xe2, 0x82],
    ]

    /// An execute command of which one field is replaced.
    private func execute(
        pool: [UInt8] = Array("pool".utf8),
        identifier: [UInt8] = Array("session-1".utf8),
        execution: [UInt8] = Array("run-1".utf8),
        code: [UInt8] = [],
        configured: [UInt8] = Array("pool".utf8),
        runtime: [UInt8] = Array("python".utf8)
    ) -> RawEnvelope {
        let key = message { key in
            key.field(1, pool)
            key.field(2, identifier)
        }
        let configuration = message { configuration in
            configuration.field(1, configured)
            configuration.field(2, runtime)
        }
        let execute = message { execute in
            execute.field(1, key)
            execute.field(4, execution)
            execute.field(7, configuration)
            execute.field(9, message { $0.field(1, Self.source(code)) })
        }
        return .command(message { $0.field(4, execute) })
    }

    private static func source(_ text: [UInt8]) -> [UInt8] {
        message { code in
            code.field(1, text)
            code.field(2, Array("python".utf8))
        }
    }

    @Test("Identifiers, names and code that are not UTF-8 are refused", arguments: notUTF8)
    func invalidUTF8(bytes: [UInt8]) throws {
        #expect(throws: Never.self) { try execute().content() }
        let padded = Array("abcd".utf8) + bytes
        let messages = [
            execute(pool: padded), execute(identifier: padded), execute(execution: padded),
            execute(code: padded), execute(configured: padded), execute(runtime: padded),
        ]
        for raw in messages { #expect(try code { _ = try raw.content() } == .invalidField) }
        var reply = RawEnvelope.answer([0x2a, 0x00])
        reply.replyAddress = padded
        #expect(try code { _ = try reply.received() } == .invalidField)
        let failure = message { $0.field(1, message { $0.field(2, bytes) }) }
        #expect(try code { _ = try RawEnvelope.answer(failure).content() } == .invalidField)
        let run = message {
            $0.field(3, message { $0.field(7, message { $0.field(1, Self.source(bytes)) }) })
        }
        #expect(try code { _ = try HostFrame(decoding: run) } == .invalidField)
    }

    @Test(
        "Identifiers and names that the domain does not allow are refused",
        arguments: ["", "a\u{0}bcd", "with space", "é", "a/b\\c", String(repeating: "x", count: 129)]
    )
    func invalidNames(text: String) throws {
        let bytes = Array(text.utf8)
        #expect(try code { _ = try execute(identifier: bytes).content() } == .invalidField)
        #expect(try code { _ = try execute(runtime: bytes).content() } == .invalidField)
        guard !text.contains("\u{0}") else { return }
        #expect(try code { _ = try execute(execution: bytes).content() } == .invalidField)
        #expect(try code { _ = try execute(pool: bytes).content() } == .invalidField)
        #expect(try code { _ = try execute(configured: bytes).content() } == .invalidField)
    }

    @Test(
        "A letter that becomes an allowed one only in lower case is not allowed",
        arguments: ["\u{212a}ab", "ab\u{212a}"]
    )
    func kelvinSign(text: String) throws {
        #expect(try code { _ = try execute(pool: Array(text.utf8)).content() } == .invalidField)
    }

    @Test("An announcement needs a name, an address and a capacity")
    func announcements() throws {
        func announcement(worker: String?, address: String?, hasCapacity: Bool) -> RawEnvelope {
            .announcement(
                message { announcement in
                    if let worker { announcement.field(1, worker) }
                    if let address { announcement.field(2, address) }
                    if hasCapacity { announcement.field(4, []) }
                }
            )
        }
        #expect(throws: Never.self) {
            try announcement(worker: "w", address: "a", hasCapacity: true).content()
        }
        let refused = [
            announcement(worker: nil, address: "a", hasCapacity: true),
            announcement(worker: "w w", address: "a", hasCapacity: true),
            announcement(worker: "w", address: nil, hasCapacity: true),
            announcement(worker: "w", address: String(repeating: "a", count: 257), hasCapacity: true),
            announcement(worker: "w", address: "a", hasCapacity: false),
        ]
        for raw in refused { #expect(try code { _ = try raw.content() } == .invalidField) }
    }

    @Test(
        "A reply address is at most 256 bytes long",
        arguments: [(256, nil), (257, WireError.Code.invalidField)]
    )
    func replyAddress(length: Int, refusal: WireError.Code?) throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        raw.replyAddress = [UInt8](repeating: 0x61, count: length)
        #expect(try code { _ = try raw.content() } == refusal)
    }

    @Test("Sub-messages that must be there are missed")
    func missingSubMessages() throws {
        let withoutSession = message { $0.field(6, message { $0.field(3, "run-1") }) }
        #expect(try code { _ = try RawEnvelope.command(withoutSession).content() } == .invalidField)
        let pongWithoutCapacity = message { $0.field(3, message { $0.field(1, 1) }) }
        #expect(try code { _ = try RawEnvelope.answer(pongWithoutCapacity).content() } == .invalidField)
        let eventWithoutEvent = message { $0.field(4, message { $0.field(1, 1) }) }
        #expect(try code { _ = try GuestFrame(decoding: eventWithoutEvent) } == .invalidField)
    }

    @Test("Output of a guest stays the bytes that it was", arguments: notUTF8)
    func outputIsBytes(bytes: [UInt8]) throws {
        for (field, event) in [
            (UInt64(2), ExecutionEvent.standardOutput(bytes)), (3, .standardError(bytes)),
        ] {
            let frame = message { $0.field(4, message { $0.field(2, message { $0.field(field, bytes) }) }) }
            #expect(try GuestFrame(decoding: frame) == .event(execution: 0, event))
            let page = page(of: [SequencedEvent(sequence: 0, event: event)])
            #expect(try page.decodingSibling(try page.payload()) == page)
        }
    }

    @Test("Texts of a guest that are not UTF-8 are repaired, not refused", arguments: notUTF8)
    func textsAreRepaired(bytes: [UInt8]) throws {
        let repaired = String(decoding: bytes, as: UTF8.self)
        let trouble = message { $0.field(5, message { $0.field(1, bytes) }) }
        #expect(try GuestFrame(decoding: trouble) == .trouble(repaired))
        let value = message { value in
            value.field(1, bytes)
            value.field(2, 1)
            value.field(3, bytes)
        }
        let frame = message { $0.field(4, message { $0.field(2, message { $0.field(4, value) }) }) }
        #expect(
            try GuestFrame(decoding: frame)
                == .event(execution: 0, .value(ResultValue(text: repaired, json: repaired)))
        )
    }

    @Test("A value without the mark has no JSON; one with it may have empty JSON")
    func presenceOfJSON() throws {
        func json(_ write: (inout ProtobufWriter) -> Void) throws -> String? {
            let event = message { $0.field(4, message(write)) }
            let frame = try GuestFrame(decoding: message { $0.field(4, message { $0.field(2, event) }) })
            guard case .event(_, .value(let value)) = frame else { return "not a value" }
            return value.json
        }
        #expect(try json { $0.field(3, "1") } == nil)
        #expect(try json { $0.field(2, 1) } == "")
    }

    @Test(
        "The format of an image is a word of 1 to 16 small letters",
        arguments: ["", "PNG", "a/b", "a.b", "é", "aaaaaaaaaaaaaaaaa"]
    )
    func imageFormats(format: String) throws {
        let event = message { $0.field(5, message { $0.field(1, format) }) }
        let frame = message { $0.field(4, message { $0.field(2, event) }) }
        #expect(try code { _ = try GuestFrame(decoding: frame) } == .invalidField)
    }

    @Test("An outcome without a known status is refused", arguments: [0, 5, 1 << 31, 0xffff_ffff_ffff_ffff])
    func outcomeStatus(status: UInt64) throws {
        let event = message { $0.field(6, message { $0.field(1, status) }) }
        let frame = message { $0.field(4, message { $0.field(2, event) }) }
        #expect(try code { _ = try GuestFrame(decoding: frame) } == .invalidField)
    }

    @Test("A guest's complaint is cut to 4096 bytes")
    func longTrouble() throws {
        let frame = GuestFrame.trouble(String(repeating: "x", count: 5_000))
        #expect(
            try GuestFrame(decoding: try unframed(frame.encoded()))
                == .trouble(String(repeating: "x", count: 4_096))
        )
    }

    @Test("An origin without a trace is refused, and one with an account that is too long")
    func origin() throws {
        func command(_ origin: [UInt8]) -> RawEnvelope {
            .command(
                message { command in
                    command.field(30, [])
                    command.field(40, origin)
                }
            )
        }
        let trace = message { origin in
            origin.fixed(1, 1)
            origin.fixed(3, 1)
        }
        #expect(throws: Never.self) { try command(trace).content() }
        let withoutSpan = message { $0.fixed(1, 1) }
        let withoutTrace = message { $0.fixed(3, 1) }
        let tooLong = trace + message { $0.field(5, Array(repeating: 0x61, count: 129)) }
        for origin in [withoutSpan, withoutTrace, tooLong] {
            #expect(try code { _ = try command(origin).content() } == .invalidField)
        }
    }
}
