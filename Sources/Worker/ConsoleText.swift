/// The end of what a guest has written to its console.
struct ConsoleText: Sendable {
    /// How much is kept, in bytes.
    static let bytesMax = 64 << 10

    /// What is kept, oldest first.
    private(set) var bytes: [UInt8] = []

    /// Adds what was written meanwhile.
    ///
    /// - Parameter text: what the guest wrote; the oldest goes when there is too much.
    mutating func append(_ text: String) {
        bytes += text.utf8
        guard bytes.count > Self.bytesMax else { return }
        bytes.removeFirst(bytes.count - Self.bytesMax)
        // It begins with a whole character.
        while let first = bytes.first, first & 0xC0 == 0x80 { bytes.removeFirst() }
    }
}
