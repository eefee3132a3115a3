package import Domain

/// Where tokens for joining are kept; every coordinator of a cluster sees the same.
package protocol JoinTokenArchive: Sendable {
    /// Keeps a token.
    ///
    /// - Parameter token: what to keep.
    /// - Throws: `notReady` when it was not kept.
    func keep(_ token: JoinTokenRecord) async throws(Failure)

    /// Reads all tokens.
    ///
    /// - Returns: the tokens, oldest first.
    /// - Throws: `notReady` when they cannot be read.
    func joinTokens() async throws(Failure) -> [JoinTokenRecord]

    /// Takes a token away for its one use: of several that want it, one gets it.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - digest: the SHA-256 of what was shown.
    ///   - now: the time, in milliseconds since 1970.
    /// - Returns: the token; nil when there is none that holds.
    /// - Throws: `notReady` when it cannot be taken.
    func takeJoinToken(_ id: String, digest: [UInt8], at now: UInt64) async throws(Failure)
        -> JoinTokenRecord?

    /// Removes a token for good.
    ///
    /// - Parameter id: its name.
    /// - Returns: whether there was one.
    /// - Throws: `notReady` when it could not be removed.
    func removeJoinToken(_ id: String) async throws(Failure) -> Bool
}

/// The tokens with which workers join: each holds for one of them, once, and not for long.
package struct JoinTokens: Sendable {
    /// How many there are at most.
    package static let countMax = 1_000
    /// How long one holds when nothing is said, in seconds.
    package static let lifetime = 3_600
    /// How long one may hold, in seconds.
    package static let lifetimeMax = 7 * 24 * 3_600

    /// The time of day, in milliseconds since 1970.
    package let now: @Sendable () -> UInt64
    private let archive: any JoinTokenArchive

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - archive: where tokens are kept.
    ///   - now: the time of day, in milliseconds since 1970.
    package init(archive: any JoinTokenArchive, now: @escaping @Sendable () -> UInt64) {
        self.archive = archive
        self.now = now
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - authority: the SHA-256 of the authority's certificate.
    ///   - lifetime: how long it holds, in seconds; a week at most.
    ///   - worker: the only worker that may use it; nil for any.
    /// - Returns: what is kept of it, and the token itself, which nobody can ask for again.
    /// - Throws: `sessionRequestValidationFailed` when there are too many or it would hold too long; `notReady`.
    package func create(
        for authority: [UInt8],
        lifetime: Int,
        worker: WorkerID?
    ) async throws(Failure) -> (record: JoinTokenRecord, token: JoinToken) {
        guard (1...Self.lifetimeMax).contains(lifetime) else {
            throw Failure(
                .sessionRequestValidationFailed,
                "A token holds for 1 to \(Self.lifetimeMax) seconds."
            )
        }
        let time = now()
        guard try await archive.joinTokens().count(where: { $0.expiresAt > time }) < Self.countMax else {
            throw Failure(
                .sessionRequestValidationFailed,
                "There are \(Self.countMax) tokens already; revoke some of them."
            )
        }
        var generator = SystemRandomNumberGenerator()
        let token = JoinToken.draw(for: authority, using: &generator)
        let record = JoinTokenRecord(
            id: token.id,
            digest: token.digest,
            worker: worker,
            createdAt: time,
            expiresAt: time + UInt64(lifetime) * 1_000
        )
        try await archive.keep(record)
        return (record, token)
    }

    /// The tokens that hold now, oldest first.
    ///
    /// - Returns: what is kept of them.
    /// - Throws: `notReady` when they cannot be read.
    package func list() async throws(Failure) -> [JoinTokenRecord] {
        let time = now()
        return try await archive.joinTokens().filter { $0.expiresAt > time }
    }

    /// Takes a token back before it was used.
    ///
    /// - Parameter id: its name.
    /// - Throws: `resourceNotFound`, `notReady`.
    package func revoke(_ id: String) async throws(Failure) {
        guard JoinToken.isID(id), try await archive.removeJoinToken(id) else {
            throw Failure(.resourceNotFound, "There is no such token: it was used, has expired or never was.")
        }
    }

    /// Has a worker use its token: it does not hold any more unless `body` fails.
    ///
    /// - Parameters:
    ///   - text: what the worker showed.
    ///   - worker: the worker's name.
    ///   - body: what the token allows.
    /// - Returns: what `body` returned.
    /// - Throws: `unauthorized` when the token does not hold, or not for this worker; what `body` throws.
    package func use<Value>(
        _ text: String,
        by worker: WorkerID,
        _ body: (JoinTokenRecord) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let token = JoinToken(text),
            let record = try await archive.takeJoinToken(token.id, digest: token.digest, at: now())
        else {
            throw Failure(
                .unauthorized,
                "The token does not hold: it was used, has expired, was revoked or never was. "
                    + "An operator makes another: cloister token create."
            )
        }
        do throws(Failure) {
            guard record.worker == nil || record.worker == worker else {
                throw Failure(.unauthorized, "The token is for a worker of another name.")
            }
            return try await body(record)
        } catch {
            // Whoever mistyped a name may try again; if this fails the token is lost, and no harm done.
            try? await archive.keep(record)
            throw error
        }
    }
}
