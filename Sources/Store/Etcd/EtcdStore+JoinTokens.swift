package import Domain
internal import Etcd
internal import FoundationEssentials

/// Tokens for joining in etcd.
extension EtcdStore {
    package func keep(_ token: JoinTokenRecord) async throws(StoreError) {
        for entry in try await read(.prefix(places.joinTokens)) {
            guard let old = try? StoredJoinToken.read(entry), old.expiresAt <= token.createdAt else {
                continue
            }
            _ = try await transact(
                EtcdTransaction(
                    if: [.isUnchanged(entry.key, since: entry.modifyRevision)],
                    then: [.remove(.key(entry.key))]
                )
            )
        }
        let place = places.joinToken(token.id)
        let bytes = StoredJoinToken(token).bytes
        var isFirst = true
        try await repeated { () async throws(StoreError) in
            let outcome = try await transact(
                EtcdTransaction(
                    if: [.isAbsent(place)],
                    then: [.put(place, bytes)],
                    otherwise: [.read(.key(place))]
                )
            )
            defer { isFirst = false }
            guard let outcome else { return false }
            if outcome.held { return true }
            if !isFirst, outcome.results.first?.entries.first?.value == bytes { return true }
            throw StoreError(.failed, "The token is kept already.")
        }
    }

    package func joinTokens() async throws(StoreError) -> [JoinTokenRecord] {
        try await read(.prefix(places.joinTokens))
            .compactMap { try? StoredJoinToken.read($0).token }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    package func takeJoinToken(
        _ id: String,
        digest: [UInt8],
        at now: UInt64
    ) async throws(StoreError) -> JoinTokenRecord? {
        let place = places.joinToken(id)
        guard let entry = try await read(.key(place)).first,
            let token = try? StoredJoinToken.read(entry).token,
            token.digest == digest, token.expiresAt > now
        else { return nil }
        // Not tried again when its outcome is not told: who finds the token gone does not know who took it.
        let outcome = try await transact(
            EtcdTransaction(
                if: [.isUnchanged(place, since: entry.modifyRevision)],
                then: [.remove(.key(place))]
            )
        )
        return outcome?.held == true ? token : nil
    }

    package func removeJoinToken(_ id: String) async throws(StoreError) -> Bool {
        let place = places.joinToken(id)
        guard try await !read(.key(place)).isEmpty else { return false }
        try await repeated { () async throws(StoreError) in
            try await transact(EtcdTransaction(then: [.remove(.key(place))])) != nil
        }
        return true
    }
}

/// A token for joining, without its secret.
private struct StoredJoinToken: EtcdRecord {
    private let id: String
    private let digest: Data
    private let worker: String?
    private let createdAt: UInt64
    let expiresAt: UInt64

    init(_ token: JoinTokenRecord) {
        id = token.id
        digest = Data(token.digest)
        worker = token.worker?.text
        createdAt = token.createdAt
        expiresAt = token.expiresAt
    }

    var token: JoinTokenRecord {
        get throws(Failure) {
            JoinTokenRecord(
                id: id,
                digest: Array(digest),
                worker: try worker.map { name throws(Failure) in try WorkerID(name) },
                createdAt: createdAt,
                expiresAt: expiresAt
            )
        }
    }
}
