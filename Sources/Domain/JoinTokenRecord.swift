/// What is kept of a token with which one worker may join; the secret itself is not.
package struct JoinTokenRecord: Hashable, Sendable {
    /// Its name for machines and people: 8 lower-case hexadecimal digits, no secret.
    package let id: String
    /// The SHA-256 of the whole token, 32 bytes.
    package let digest: [UInt8]
    /// The only worker that may use it; nil for any.
    package let worker: WorkerID?
    /// When it was made, in milliseconds since 1970.
    package let createdAt: UInt64
    /// From when on it is not taken any more, in milliseconds since 1970.
    package let expiresAt: UInt64

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - digest: the SHA-256 of the whole token.
    ///   - worker: the only worker that may use it; nil for any.
    ///   - createdAt: when it was made, in milliseconds since 1970.
    ///   - expiresAt: from when on it is not taken any more, in milliseconds since 1970.
    package init(id: String, digest: [UInt8], worker: WorkerID?, createdAt: UInt64, expiresAt: UInt64) {
        self.id = id
        self.digest = digest
        self.worker = worker
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
