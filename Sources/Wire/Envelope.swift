internal import CWire
package import Domain

/// The outermost message on every nng socket.
package struct Envelope: Hashable, Sendable {
    /// The life of the process that the message is for; nil in an announcement, whose sender cannot know it.
    package var addressee: Incarnation?
    /// The life of the sending process.
    package var sender: Incarnation
    /// Pairs an answer with its question; unique within the sender's life.
    package var number: UInt64
    /// How long the answer is still of use, from the sending on.
    package var timeLeft: Duration
    /// Where the answer to a command goes, as an nng address; empty in answers and announcements.
    package var replyAddress: String
    /// The message itself.
    package var content: Content

    /// The kinds of messages between nodes.
    package enum Content: Hashable, Sendable {
        /// A worker says that it is there.
        case announcement(Announcement)
        /// A coordinator asks something of a worker.
        case command(Command)
        /// A worker answers.
        case answer(Answer)
    }

    /// Makes an envelope.
    ///
    /// - Parameters:
    ///   - addressee: the life of the process that the message is for.
    ///   - sender: the life of the sending process.
    ///   - number: pairs an answer with its question.
    ///   - timeLeft: how long the answer is still of use.
    ///   - replyAddress: where the answer to a command goes.
    ///   - content: the message itself.
    package init(
        addressee: Incarnation?,
        sender: Incarnation,
        number: UInt64,
        timeLeft: Duration,
        replyAddress: String = "",
        content: Content
    ) {
        self.addressee = addressee
        self.sender = sender
        self.number = number
        self.timeLeft = timeLeft
        self.replyAddress = replyAddress
        self.content = content
    }

    /// Encodes the envelope; a large payload is compressed.
    ///
    /// - Parameter key: the cluster's secret.
    /// - Returns: the bytes for the socket.
    /// - Throws: `tooLarge` when the payload is over the limit.
    package func encoded(key: ClusterKey) throws(WireError) -> [UInt8] {
        let (kind, payload) =
            switch content {
            case .announcement(let announcement):
                (CLOISTER__V1__KIND__KIND_ANNOUNCEMENT, announcement.encoded())
            case .command(let command): (CLOISTER__V1__KIND__KIND_COMMAND, command.encoded())
            case .answer(let answer): (CLOISTER__V1__KIND__KIND_ANSWER, answer.encoded())
            }
        guard payload.count <= WireLimits.payloadBytes else {
            throw WireError(.tooLarge, "A message of \(payload.count) bytes is over the limit.")
        }
        let isWorthIt = payload.count >= WireLimits.compressionThresholdBytes
        let block = isWorthIt ? LZ4.compressed(payload) : nil
        var arena = Arena()
        let message = arena.message(cloister__v1__envelope__init)
        message.pointee.version_major = WireVersion.major
        message.pointee.version_minor = WireVersion.minor
        message.pointee.addressee = addressee?.number ?? 0
        message.pointee.sender = sender.number
        message.pointee.kind = kind
        message.pointee.number = number
        message.pointee.time_left_us = timeLeft.wireMicroseconds
        message.pointee.compression =
            block == nil
            ? CLOISTER__V1__COMPRESSION__COMPRESSION_NONE : CLOISTER__V1__COMPRESSION__COMPRESSION_LZ4
        message.pointee.payload_size = UInt32(payload.count)
        message.pointee.payload = arena.bytes(block ?? payload)
        message.pointee.reply_address = arena.text(replyAddress)
        message.pointee.cluster_key = arena.bytes(key.bytes)
        return arena.packed(message)
    }
}

/// The part of an envelope that can be read whatever its payload holds, so that a refusal finds its way back.
package struct ReceivedEnvelope: Sendable {
    /// The life that the message is for; nil in an announcement.
    package let addressee: Incarnation?
    /// The life of the sender.
    package let sender: Incarnation
    /// The number that the answer has to carry.
    package let number: UInt64
    /// How long the answer is still of use, from the arrival on.
    package let timeLeft: Duration
    /// Where an answer goes; empty when none is wanted.
    package let replyAddress: String
    private let versionMajor: UInt32
    private let kind: Cloister__V1__Kind
    private let compression: Cloister__V1__Compression
    private let payloadSize: Int
    private let payload: [UInt8]

    /// Reads the outside of an envelope.
    ///
    /// - Parameters:
    ///   - bytes: what came from the socket.
    ///   - key: the cluster's secret.
    /// - Throws: `malformed`, `invalidField`, `tooLarge`, or `foreign` when the sender does not know the secret.
    package init(_ bytes: [UInt8], key: ClusterKey) throws(WireError) {
        guard bytes.count <= WireLimits.envelopeBytes else {
            throw WireError(.tooLarge, "An envelope of \(bytes.count) bytes is over the limit.")
        }
        self = try unpacked(bytes, cloister__v1__envelope__unpack, cloister__v1__envelope__free_unpacked) {
            message throws(WireError) in
            guard key.matches([UInt8](message.cluster_key)) else {
                throw WireError(.foreign, "The sender does not know the cluster's key.")
            }
            return try ReceivedEnvelope(message)
        }
    }

    private init(_ message: Cloister__V1__Envelope) throws(WireError) {
        addressee = message.addressee == 0 ? nil : Incarnation(message.addressee)
        sender = Incarnation(message.sender)
        number = message.number
        timeLeft = Duration(wireMicroseconds: message.time_left_us)
        replyAddress = try String(field: message.reply_address, "reply_address")
        guard replyAddress.utf8.count <= 256 else {
            throw WireError(.invalidField, "The reply address is too long.")
        }
        versionMajor = message.version_major
        kind = message.kind
        compression = message.compression
        payloadSize = Int(message.payload_size)
        payload = [UInt8](message.payload)
    }

    /// Reads the message inside.
    ///
    /// - Returns: the message.
    /// - Throws: `incompatibleVersion`, `tooLarge`, `malformed` or `invalidField`.
    package func content() throws(WireError) -> Envelope.Content {
        guard versionMajor == WireVersion.major else {
            throw WireError(
                .incompatibleVersion,
                "The peer speaks version \(versionMajor) of the protocol, this node version "
                    + "\(WireVersion.major). Bring both to the same release."
            )
        }
        guard payloadSize <= WireLimits.payloadBytes else {
            throw WireError(.tooLarge, "A payload of \(payloadSize) bytes is over the limit.")
        }
        let bytes = try plainPayload()
        switch kind {
        case CLOISTER__V1__KIND__KIND_ANNOUNCEMENT: return .announcement(try Announcement(decoding: bytes))
        case CLOISTER__V1__KIND__KIND_COMMAND: return .command(try Command(decoding: bytes))
        case CLOISTER__V1__KIND__KIND_ANSWER: return .answer(try Answer(decoding: bytes))
        default: throw WireError(.invalidField, "The envelope's kind is not known.")
        }
    }

    private func plainPayload() throws(WireError) -> [UInt8] {
        switch compression {
        case CLOISTER__V1__COMPRESSION__COMPRESSION_NONE:
            guard payload.count == payloadSize else {
                throw WireError(.malformed, "The payload does not have the size that it declares.")
            }
            return payload
        case CLOISTER__V1__COMPRESSION__COMPRESSION_LZ4:
            return try LZ4.decompressed(payload, size: payloadSize)
        default: throw WireError(.invalidField, "The payload's compression is not known.")
        }
    }
}
