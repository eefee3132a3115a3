/// What MCP bounds beyond the limits of a pool: its answers go into the context of a model.
package enum MCPLimits {
    /// The longest body, in bytes; a pool that takes more code takes longer ones.
    package static let bodyBytes = 8 << 20
    /// How much of each output stream and of the result an answer has, in bytes of UTF-8.
    package static let streamBytes = 64 << 10
    /// How much of a file one call reads, in bytes.
    package static let readBytes = 1 << 20
    /// The greatest file that is written, in bytes.
    package static let writeBytes = 4 << 20
    /// How many files a list has.
    package static let listedFiles = 1_000
    /// The greatest event of a stream, in bytes: official clients take 1 MiB.
    package static let eventBytes = (1 << 20) - 1_024
    /// The images of one answer together, in bytes of the pictures, where no event bounds them.
    package static let imageBytes = 8 << 20
    /// How much fresh output one notification tells, in bytes of UTF-8.
    package static let noticeBytes = 4 << 10
}
