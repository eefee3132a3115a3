/// Messages that travel as one of the library's: each behind its length, 4 bytes, the highest first.
///
/// A message of libnng costs its threads a dozen turns, whatever its size (docs/decisions/0020-fewer-threads-woken.md).
enum Batch {
    /// What the length of a message takes.
    static let headerBytes = 4
    /// How long the messages of a batch may be together; a longer one travels alone.
    static let bytesMax = 64 << 10
    /// How many messages a batch may have: empty ones would cost the receiver more than their bytes.
    static let messagesMax = 1_024
    /// How long a batch may be, with all that belongs to it.
    static let wholeMax = bytesMax + messagesMax * headerBytes

    /// Joins messages.
    ///
    /// - Parameter messages: The messages, none of 4 GiB or more.
    /// - Returns: The bytes for the library.
    static func joined(_ messages: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(messages.reduce(0) { $0 + headerBytes + $1.count })
        for message in messages {
            let count = UInt32(message.count)
            bytes += [
                UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255),
            ]
            bytes += message
        }
        return bytes
    }

    /// Takes a batch apart.
    ///
    /// - Parameter bytes: What came from the library.
    /// - Returns: The messages in their order; nil when the bytes are no batch.
    static func messages(in bytes: [UInt8]) -> [[UInt8]]? {
        var messages: [[UInt8]] = []
        var place = 0
        while place < bytes.count {
            guard messages.count < messagesMax, bytes.count - place >= headerBytes else { return nil }
            let count = bytes[place..<place + headerBytes].reduce(0) { $0 << 8 | Int($1) }
            place += headerBytes
            guard bytes.count - place >= count else { return nil }
            messages.append(Array(bytes[place..<place + count]))
            place += count
        }
        return messages.isEmpty ? nil : messages
    }
}
