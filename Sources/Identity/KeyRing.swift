package import Domain

/// All API keys that this coordinator takes.
///
/// A key is looked up by the SHA-256 of what the client sent. The time that this takes depends on digests
/// that a client can neither choose nor see, so it tells nothing about the keys.
package actor KeyRing {
    /// How many keys there are at most.
    package static let countMax = 10_000

    private let archive: any KeyArchive
    /// The time of day by which keys expire, in milliseconds since 1970.
    package nonisolated let now: @Sendable () -> UInt64
    private let ofFile: KeyRecord
    private var records: [[UInt8]: KeyRecord] = [:]

    /// Reads the keys of the archive and adds the one of the key file.
    ///
    /// The file's key is never archived: it holds for as long as it stands in the file at the start, so that
    /// an operator who has lost all others, or this one, always has a way.
    ///
    /// - Parameters:
    ///   - archive: where keys outlive the process.
    ///   - fileKey: the key of the key file, an operator's for all pools.
    ///   - now: the time of day, in milliseconds since 1970.
    /// - Throws: `notReady` when the archive cannot be read.
    package init(
        archive: any KeyArchive,
        fileKey: APIKey,
        now: @escaping @Sendable () -> UInt64
    ) async throws(Failure) {
        self.archive = archive
        self.now = now
        ofFile = KeyRecord(
            id: .ofKeyFile,
            name: "the key file of this coordinator",
            digest: fileKey.fingerprint.bytes,
            grant: AccessGrant(roles: [.operator], pools: .all),
            createdAt: now()
        )
        try await reload()
    }

    /// Reads the keys again, which another coordinator may have made or revoked.
    ///
    /// - Throws: `notReady` when the archive cannot be read; the keys stay as they were.
    package func reload() async throws(Failure) {
        let kept = try await archive.keys()
        records = Dictionary((kept + [ofFile]).map { ($0.digest, $0) }) { _, last in last }
    }

    /// Tells whose a secret is.
    ///
    /// - Parameter secret: what the client sent.
    /// - Returns: the caller; nil when no key that holds now has this secret.
    package nonisolated func caller(holding secret: String) async -> Caller? {
        guard APIKey.lengths.contains(secret.utf8.count) else { return nil }
        let digest = Fingerprint(of: secret).bytes
        guard let record = await record(digest), !record.isExpired(at: now()) else { return nil }
        return Caller(name: record.id.text, grants: [Caller.Grant(record.grant)], rate: record.rate)
    }

    private func record(_ digest: [UInt8]) -> KeyRecord? { records[digest] }

    /// All keys, oldest first, also those that have expired.
    package var list: [KeyRecord] {
        records.values.sorted { ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text) }
    }

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: its name for people.
    ///   - grant: what it is for.
    ///   - lifetime: how long it holds; nil for ever.
    ///   - rate: how many requests it may send; nil for the default.
    /// - Returns: what is kept of it, and the key itself, which nobody can ask for again.
    /// - Throws: `notReady` when it could not be archived, `sessionRequestValidationFailed` when there are too
    ///   many keys.
    package func create(
        name: String,
        grant: AccessGrant,
        lifetime: Duration?,
        rate: RequestRate?
    ) async throws(Failure) -> (record: KeyRecord, key: APIKey) {
        guard records.count < Self.countMax else {
            throw Failure(
                .sessionRequestValidationFailed,
                "There are \(Self.countMax) keys already; revoke some of them."
            )
        }
        var generator = SystemRandomNumberGenerator()
        let key = APIKey.draw(using: &generator)
        let time = now()
        let record = KeyRecord(
            id: .draw(using: &generator),
            name: name,
            digest: key.fingerprint.bytes,
            grant: grant,
            createdAt: time,
            expiresAt: lifetime.map { time + UInt64(clamping: $0.components.seconds) * 1_000 },
            rate: rate
        )
        try await archive.keep(record)
        records[record.digest] = record
        return (record, key)
    }

    /// Takes a key from whoever has it, at once and for good.
    ///
    /// - Parameter id: the key's name.
    /// - Throws: `keyNotFound`; `sessionRequestValidationFailed` for the key file's own; `notReady` when the
    ///   archive still has it: then it is refused from now on, but would come back with a restart.
    package func revoke(_ id: KeyID) async throws(Failure) {
        guard id != .ofKeyFile else {
            throw Failure(
                .sessionRequestValidationFailed,
                "This key stands in the coordinator's key file. Replace the file and restart the coordinator."
            )
        }
        guard let record = records.values.first(where: { $0.id == id }) else {
            throw Failure(.keyNotFound, "There is no key \(id).")
        }
        records[record.digest] = nil
        do {
            try await archive.removeKey(id)
        } catch {
            // Listed again as what it is: expired, and there to be revoked once more.
            records[record.digest] = record.expired(at: now())
            throw Failure(
                error.code,
                "The key is refused from now on, but it could not be removed for good: revoke it again.",
                retryAfterSeconds: error.retryAfterSeconds
            )
        }
    }
}

extension KeyRecord {
    /// The same key, taken no more.
    fileprivate func expired(at time: UInt64) -> Self {
        Self(
            id: id,
            name: name,
            digest: digest,
            grant: grant,
            createdAt: createdAt,
            expiresAt: time,
            rate: rate
        )
    }
}
