internal import Domain

/// Output that no reader has seen: chunks of one stream that may still grow, and the beginnings of
/// characters whose rest has not come.
struct OpenOutput: Sendable {
    /// Where output goes.
    enum Stream: Sendable, CaseIterable {
        case standardOutput
        case standardError

        /// Makes an event of a chunk.
        func event(_ bytes: [UInt8]) -> ExecutionEvent {
            switch self {
            case .standardOutput: .standardOutput(bytes)
            case .standardError: .standardError(bytes)
            }
        }
    }

    /// The stream of the chunk that may grow.
    private(set) var stream: Stream?
    private var bytes: [UInt8] = []
    /// The beginning of a character of each stream, at most three bytes.
    private var begun: [Stream: [UInt8]] = [:]

    /// How many bytes the chunk has.
    var byteCount: Int { bytes.count }

    /// Whether there is something of whole characters to read.
    var isReadable: Bool { bytes.count > bytes.openCharacterLength }

    /// Lets the chunk grow; the chunk of another stream has to be taken before.
    ///
    /// - Parameters:
    ///   - chunk: the bytes that came.
    ///   - stream: where they belong.
    mutating func append(_ chunk: ArraySlice<UInt8>, to stream: Stream) {
        precondition(self.stream == nil || self.stream == stream, "one stream at a time is open")
        if self.stream == nil { bytes = begun.removeValue(forKey: stream) ?? [] }
        self.stream = stream
        bytes += chunk
    }

    /// Takes the chunk out, up to its last whole character; the rest waits for more of its stream.
    ///
    /// - Returns: an event, if there is a whole character or what can never be one.
    mutating func take() -> ExecutionEvent? {
        guard let stream else { return nil }
        let end = bytes.count - bytes.openCharacterLength
        if end < bytes.count { begun[stream] = Array(bytes[end...]) }
        defer {
            self.stream = nil
            bytes = []
        }
        // A copy, so that what is kept has no room for what will never come.
        return end > 0 ? stream.event(Array(bytes[..<end])) : nil
    }

    /// Takes out what will never become whole characters.
    ///
    /// - Returns: an event for each stream that ended inside a character.
    mutating func takeBegun() -> [ExecutionEvent] {
        defer { begun = [:] }
        return Stream.allCases.compactMap { stream in begun[stream].map { stream.event($0) } }
    }
}
