internal import FoundationEssentials

/// What a process is told that makes a part of a load; each message is a line of JSON on its standard input, and the
/// end of its input breaks it off.
package enum AgentOrder: Sendable, Codable {
    /// What it has to do; the first message.
    case job(AgentJob)
    /// All others are ready, too: now.
    case go
}

/// A part of a load.
package struct AgentJob: Sendable, Codable {
    /// The cluster's address.
    package let url: String
    /// The key for it.
    package let apiKey: String
    /// The certificates to believe instead of the system's; nil for the system's.
    package let certificatesPath: String?
    /// The pool.
    package let pool: String
    /// In what its sandboxes compute.
    package let language: Language
    /// How long an execution may take, in seconds.
    package let timeoutSeconds: Int
    /// What is measured.
    package let options: BenchOptions

    /// Describes a part of a load.
    ///
    /// - Parameters:
    ///   - url: the cluster's address.
    ///   - apiKey: the key for it.
    ///   - certificatesPath: the certificates to believe instead of the system's; nil for the system's.
    ///   - pool: the pool.
    ///   - language: in what its sandboxes compute.
    ///   - timeoutSeconds: how long an execution may take.
    ///   - options: what is measured.
    package init(
        url: String,
        apiKey: String,
        certificatesPath: String?,
        pool: String,
        language: Language,
        timeoutSeconds: Int,
        options: BenchOptions
    ) {
        self.url = url
        self.apiKey = apiKey
        self.certificatesPath = certificatesPath
        self.pool = pool
        self.language = language
        self.timeoutSeconds = timeoutSeconds
        self.options = options
    }
}

/// What such a process tells; each message is a line of JSON on its standard output.
package enum AgentReport: Sendable, Codable {
    /// Its sessions are there.
    case ready
    /// How far it is; once a second.
    case glance(Glance)
    /// All that it has measured; the last message.
    case recording(Recording)
    /// Why it measures nothing; the last message as well.
    case trouble(String)
}

/// Messages as lines.
package enum AgentLine {
    /// Writes a message.
    ///
    /// - Parameter message: the message.
    /// - Returns: JSON with the end of its line.
    /// - Throws: when it cannot be written, which no message is known for.
    package static func bytes(of message: some Encodable) throws -> [UInt8] {
        Array(try JSONEncoder().encode(message)) + [UInt8(ascii: "\n")]
    }

    /// Reads a message.
    ///
    /// - Parameters:
    ///   - type: what is expected.
    ///   - line: the line.
    /// - Returns: the message; nil when the line is none.
    package static func message<Message: Decodable>(_ type: Message.Type, in line: [UInt8]) -> Message? {
        try? JSONDecoder().decode(type, from: Data(line))
    }
}
