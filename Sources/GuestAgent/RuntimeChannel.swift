/// The protocol between the agent and a runtime process (deploy/guest/README.md): one byte of type,
/// four bytes of length, little endian, then the payload.
enum RuntimeCommand {
    /// Run code.
    case execute(String)
    /// Take fresh randomness.
    case reseed
    /// Load everything that makes later calls quick.
    case warmUp

    /// The bytes for the runtime's command pipe.
    var encoded: [UInt8] {
        switch self {
        case .execute(let code): Self.framed(UInt8(ascii: "x"), Array(code.utf8))
        case .reseed: Self.framed(UInt8(ascii: "s"), [])
        case .warmUp: Self.framed(UInt8(ascii: "w"), [])
        }
    }

    private static func framed(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length = UInt32(payload.count)
        return [
            type, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8),
            UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 24),
        ] + payload
    }
}

/// What a runtime process says.
enum RuntimeReply {
    /// It is up.
    case ready
    /// The reseed or the warm-up is done.
    case acknowledged
    /// The text of the last expression's value.
    case valueText([UInt8])
    /// Its JSON.
    case valueJSON([UInt8])
    /// Something of the value was left out because it was too large.
    case valueWasCut
    /// A picture as PNG.
    case image([UInt8])
    /// The code ended: 0 well, 1 with an error, 2 interrupted; then the error's name and message.
    case done(status: UInt8, errorName: [UInt8], errorMessage: [UInt8])
}

/// Cuts a runtime's reply pipe into replies.
struct RuntimeReplyReader {
    /// The user's code shares the runtime's process and may write anything into the pipe, so a length
    /// is not believed beyond this.
    private static let payloadBytes = 32 << 20

    private var buffer: [UInt8] = []

    /// Adds bytes that arrived.
    ///
    /// - Parameter bytes: the bytes, in order.
    mutating func append(_ bytes: [UInt8]) { buffer += bytes }

    /// Takes the next reply out, if it is whole.
    ///
    /// - Returns: the reply, or nil when more bytes are needed.
    /// - Throws: an error when the bytes are no reply; the runtime is of no use then.
    mutating func next() throws(GuestError) -> RuntimeReply? {
        guard buffer.count >= 5 else { return nil }
        let length = Int(buffer[1]) | Int(buffer[2]) << 8 | Int(buffer[3]) << 16 | Int(buffer[4]) << 24
        guard length <= Self.payloadBytes else { throw GuestError("The runtime sent what is no reply.") }
        guard buffer.count >= 5 + length else { return nil }
        let type = buffer[0]
        let payload = Array(buffer[5..<(5 + length)])
        buffer.removeFirst(5 + length)
        switch type {
        case UInt8(ascii: "r"): return .ready
        case UInt8(ascii: "k"): return .acknowledged
        case UInt8(ascii: "t"): return .valueText(payload)
        case UInt8(ascii: "j"): return .valueJSON(payload)
        case UInt8(ascii: "c"): return .valueWasCut
        case UInt8(ascii: "i"): return .image(payload)
        case UInt8(ascii: "d"):
            let parts = payload.dropFirst().split(
                separator: 0,
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            return .done(
                status: payload.first ?? 1,
                errorName: Array(parts.first ?? []),
                errorMessage: parts.count > 1 ? Array(parts[1]) : []
            )
        default: throw GuestError("The runtime sent a reply of an unknown type.")
        }
    }
}
