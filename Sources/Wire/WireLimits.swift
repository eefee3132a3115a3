/// The sizes that no message exceeds; a greater one is refused before anything is allocated for it.
package enum WireLimits {
    /// The largest message on an nng socket, in bytes.
    package static let envelopeBytes = 17 << 20
    /// The largest payload of an envelope, in bytes, before compression.
    package static let payloadBytes = 16 << 20
    /// Payloads from this size on are compressed; below it lz4 costs more than it saves.
    package static let compressionThresholdBytes = 8 << 10
    /// The largest frame between a worker and a guest, in bytes.
    package static let frameBytes = 10 << 20
    /// The largest event from a guest, in bytes, after what is not UTF-8 in its texts was repaired,
    /// which can make three bytes of one: what came in as a frame must fit into a payload.
    package static let eventBytes = frameBytes + (64 << 10)
    /// How much memory a message may take while it is decoded beyond the bytes that it has, in bytes:
    /// two bytes on the wire can ask for more than a hundred of it.
    static let decodingBytes = 64 << 10
    /// The same for a frame of a guest: enough for the longest part of a list of files.
    static let guestDecodingBytes = 512 << 10
    /// The same for a command, which may name as many sessions as go into a list.
    static let commandDecodingBytes = 512 << 10
    /// The same for an answer, whose lists are long by nature: enough for half a million empty events.
    static let listDecodingBytes = 128 << 20
    /// How many bytes of events go into one page; a single greater event still goes alone.
    package static let pageBytes = 2 << 20
    /// How many sessions go into one part of a worker's list.
    package static let sessionsPerList = 1_000
    /// How many coordinators a roster has at most.
    package static let rosterCount = 64
    /// How many ended sessions go into one answer to a ping.
    package static let endedPerPong = 500
}

/// The version of the messages; nodes of different major versions refuse each other.
package enum WireVersion {
    /// Another major version is refused.
    package static let major: UInt32 = 1
    /// A greater minor version only adds.
    package static let minor: UInt32 = 0
    /// The version of the frames between worker and guest agent; both come from one build.
    package static let guest: UInt32 = 4
}
