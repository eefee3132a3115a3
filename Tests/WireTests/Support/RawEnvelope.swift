import Domain
import Testing
import Wire

/// The secret of the cluster that the tests play.
func clusterKey() throws -> ClusterKey { try ClusterKey(RawEnvelope.key) }

/// An envelope of which every field can be set at will.
struct RawEnvelope {
    static let key = [UInt8](0..<32)

    var versionMajor: UInt64 = 1
    var versionMinor: UInt64 = 0
    var kind: UInt64 = 3
    var compression: UInt64 = 0
    var replyAddress = Array("tcp://10.0.0.1:7000".utf8)
    var payload: [UInt8] = []
    /// The size that is declared; nil for the true one.
    var payloadSize: UInt64?
    /// Fields that this version does not know, or any other bytes.
    var appendix: [UInt8] = []

    static func announcement(_ payload: [UInt8]) -> Self { Self(kind: 1, payload: payload) }

    static func command(_ payload: [UInt8]) -> Self { Self(kind: 2, payload: payload) }

    static func answer(_ payload: [UInt8]) -> Self { Self(kind: 3, payload: payload) }

    var bytes: [UInt8] {
        message { envelope in
            envelope.field(1, versionMajor)
            envelope.field(2, versionMinor)
            envelope.field(3, 7)
            envelope.field(4, 9)
            envelope.field(5, kind)
            envelope.field(6, 11)
            envelope.field(7, 13)
            envelope.field(8, compression)
            envelope.field(9, payloadSize ?? UInt64(payload.count))
            envelope.field(10, payload)
            envelope.field(11, replyAddress)
            envelope.field(12, Self.key)
        } + appendix
    }

    func received() throws -> ReceivedEnvelope { try ReceivedEnvelope(bytes, key: clusterKey()) }

    /// Decodes the payload.
    func content() throws -> Envelope.Content { try received().content() }
}

extension Envelope.Content {
    /// The encoding of the content, without compression.
    func payload() throws -> [UInt8] {
        let envelope = Envelope(
            addressee: nil,
            sender: Incarnation(1),
            number: 0,
            timeLeft: .zero,
            content: self
        )
        let fields = ProtobufFields(try envelope.encoded(key: clusterKey()))
        let payload = try #require(fields.contents[10] ?? (fields.numbers[9] == nil ? [] : nil))
        return fields.numbers[8] == nil ? payload : try LZ4Block.expanded(payload)
    }

    /// The content's name in the contract.
    var protobufName: String {
        switch self {
        case .announcement: "Announcement"
        case .command: "Command"
        case .answer: "Answer"
        }
    }

    /// Decodes a payload of the same kind.
    func decodingSibling(_ payload: [UInt8]) throws -> Self {
        switch self {
        case .announcement: try RawEnvelope.announcement(payload).content()
        case .command: try RawEnvelope.command(payload).content()
        case .answer: try RawEnvelope.answer(payload).content()
        }
    }
}

/// Reads an envelope whole and puts it together again.
func reassembled(_ bytes: [UInt8]) throws -> Envelope {
    let received = try ReceivedEnvelope(bytes, key: clusterKey())
    return Envelope(
        addressee: received.addressee,
        sender: received.sender,
        number: received.number,
        timeLeft: received.timeLeft,
        replyAddress: received.replyAddress,
        content: try received.content()
    )
}

/// Whether an expression is refused with a code of the wire.
func code(of attempt: () throws -> Void) throws -> WireError.Code? {
    do {
        try attempt()
        return nil
    } catch let error as WireError {
        return error.code
    }
}
