/// The bounds of everything that has to do with files (docs/concurrency.md).
package enum FileLimits {
    /// How much of a file goes into one message, in bytes.
    package static let chunkBytes = 256 << 10
    /// How many such messages of one transfer are under way at once.
    package static let chunksUnderWay = 4
    /// How many files of a session may be open for reading or writing at once.
    package static let transfersPerSession = 8
    /// How many requests for files a session takes at once.
    package static let requestsPerSession = transfersPerSession * (chunksUnderWay + 1)
    /// How long a transfer may be silent before it is given up.
    package static let transferSilence: Duration = .seconds(60)
    /// How long one request for files may take.
    package static let requestTimeout: Duration = .seconds(30)
    /// How many files go into one message.
    package static let filesPerPart = 1_000
    /// All files of one upload together, in bytes.
    package static let uploadBytes = 128 << 20
}
