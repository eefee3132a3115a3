import Domain
import Testing
import Wire

/// Nodes of other versions: refused with a reason that finds its way back, or understood.
@Suite("Versions")
struct VersionTests {
    @Test(
        "Another major version is refused, and its envelope can still be answered",
        arguments: [0, 2, .max]
    )
    func otherMajor(major: UInt64) throws {
        var raw = RawEnvelope.command([0x12, 0x00])
        raw.versionMajor = major & 0xffff_ffff
        // Whatever else the other version means by its fields.
        raw.kind = 77
        raw.compression = 9
        raw.payloadSize = UInt64(UInt32.max)
        raw.payload = [0xff]
        raw.appendix = message { $0.field(1_000, "new") }
        let received = try raw.received()
        #expect(received.number == 11)
        #expect(received.replyAddress == "tcp://10.0.0.1:7000")
        #expect(received.addressee == Incarnation(7))
        #expect(received.sender == Incarnation(9))
        #expect(received.timeLeft == .microseconds(13))
        #expect(try code { _ = try received.content() } == .incompatibleVersion)
    }

    @Test("The reason names both versions")
    func reason() throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        raw.versionMajor = 41
        let error = #expect(throws: WireError.self) { try raw.content() }
        #expect(error?.message.contains("version 41") == true)
        #expect(error?.message.contains("version \(WireVersion.major).") == true)
    }

    @Test("A greater minor version is accepted", arguments: [1, 99, UInt64(UInt32.max)])
    func greaterMinor(minor: UInt64) throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        raw.versionMinor = minor
        #expect(try raw.content() == .answer(.done))
    }

    @Test("Our envelopes carry our version and the cluster's key")
    func ownVersion() throws {
        let envelope = Envelope(
            addressee: nil,
            sender: Incarnation(1),
            number: 1,
            timeLeft: .zero,
            content: .answer(.done)
        )
        let fields = ProtobufFields(try envelope.encoded(key: clusterKey()))
        #expect(fields.numbers[1] == UInt64(WireVersion.major))
        #expect(fields.numbers[2] ?? 0 == UInt64(WireVersion.minor))
        #expect(fields.contents[12] == RawEnvelope.key)
    }

    @Test("A message with another key, a part of it, more than it or none is foreign")
    func foreignKeys() throws {
        let raw = RawEnvelope.answer([0x2a, 0x00])
        var other = RawEnvelope.key
        other[31] ^= 1
        for key in [other, Array(RawEnvelope.key.dropLast()), RawEnvelope.key + [0], []] {
            var foreign = raw
            foreign.appendix = message { $0.field(12, key) }
            #expect(try code { _ = try foreign.received() } == .foreign)
        }
        #expect(try code { _ = try ReceivedEnvelope([], key: clusterKey()) } == .foreign)
    }

    @Test("A key is 32 to 256 bytes long", arguments: [(31, false), (32, true), (256, true), (257, false)])
    func keyLengths(length: Int, isKey: Bool) {
        let key = try? ClusterKey([UInt8](repeating: 1, count: length))
        #expect((key != nil) == isKey)
    }

    @Test("A kind of message, command, answer, event or frame that is not known is refused")
    func unknownKinds() throws {
        for kind: UInt64 in [0, 4, 77] {
            var raw = RawEnvelope.answer([0x2a, 0x00])
            raw.kind = kind
            #expect(try code { _ = try raw.content() } == .invalidField)
        }
        let unknown = message { $0.field(99, "new") }
        for payload in [[], unknown] {
            #expect(try code { _ = try RawEnvelope.command(payload).content() } == .invalidField)
            #expect(try code { _ = try RawEnvelope.answer(payload).content() } == .invalidField)
            #expect(try code { _ = try HostFrame(decoding: payload) } == .invalidField)
            #expect(try code { _ = try GuestFrame(decoding: payload) } == .invalidField)
            let event = message { $0.field(4, message { $0.field(2, payload) }) }
            #expect(try code { _ = try GuestFrame(decoding: event) } == .invalidField)
        }
    }

    @Test(
        "Fields that this version does not know are ignored, wherever they are",
        arguments: ContentKind.allCases
    )
    func unknownFields(kind: ContentKind) throws {
        var arbitrary = Arbitrary(for: "unknown fields \(kind)")
        let unknown = message { writer in
            writer.field(500, "new")
            writer.field(501, 7)
            writer.varint(502 << 3 | 5)
            for byte: UInt64 in 0..<4 { writer.varint(byte) }
            writer.varint(503 << 3 | 1)
            for byte: UInt64 in 0..<8 { writer.varint(byte) }
        }
        for _ in 0..<20 {
            let envelope = arbitrary.envelope(try arbitrary.content(kind))
            #expect(try reassembled(try envelope.encoded(key: clusterKey()) + unknown) == envelope)
            let payload = try envelope.content.payload()
            #expect(try envelope.content.decodingSibling(payload + unknown) == envelope.content)
            #expect(try envelope.content.decodingSibling(unknown + payload) == envelope.content)
        }
        for kind in HostFrameKind.allCases {
            let frame = try arbitrary.frame(kind)
            #expect(try HostFrame(decoding: try unframed(frame.encoded()) + unknown) == frame)
        }
        for kind in GuestFrameKind.allCases {
            let frame = try arbitrary.frame(kind)
            #expect(try GuestFrame(decoding: unknown + (try unframed(frame.encoded()))) == frame)
        }
    }

    @Test("Names that this version does not know become the nearest that it does")
    func unknownNames() throws {
        let failure = message { $0.field(1, message { $0.field(1, "BrandNew") }) }
        #expect(try RawEnvelope.answer(failure).content() == .answer(.failure(Failure(.internalError, ""))))
        let gone = message { $0.field(6, message { $0.field(1, "brandNew") }) }
        #expect(try RawEnvelope.answer(gone).content() == .answer(.sessionGone(nil)))
        let page = message { $0.field(4, message { $0.field(6, message { $0.field(1, "brandNew") }) }) }
        #expect(try RawEnvelope.answer(page).content() == .answer(.events(eventPage(of: []))))
    }
}
