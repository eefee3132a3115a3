internal import Domain
internal import Etcd
internal import FoundationEssentials

/// A value in etcd, as JSON.
///
/// Members may be added, never altered: coordinators of two versions share it.
protocol EtcdRecord: Codable {}

extension EtcdRecord {
    /// The record as JSON.
    var bytes: [UInt8] {
        // Texts and numbers always can be written.
        (try? JSONEncoder().encode(self)).map { Array($0) } ?? []
    }

    /// Reads a value.
    static func read(_ entry: EtcdEntry) throws(StoreError) -> Self {
        do { return try JSONDecoder().decode(Self.self, from: Data(entry.value)) } catch {
            throw StoreError(.damaged, "The value of \(entry.key) in etcd is none of Cloister's.")
        }
    }
}

/// ``NodeFacts``.
struct StoredFacts: EtcdRecord {
    private let greatestGeneration: UInt64
    private let hasServed: Bool

    init(_ facts: NodeFacts) {
        greatestGeneration = facts.greatestGeneration.number
        hasServed = facts.hasServed
    }

    var facts: NodeFacts {
        NodeFacts(greatestGeneration: SessionGeneration(greatestGeneration), hasServed: hasServed)
    }
}

/// The number that was given out last.
struct StoredNumber: EtcdRecord {
    let last: Int64
}

/// The record of an ended session.
struct StoredEnd: EtcdRecord {
    private let pool: String
    private let identifier: String
    private let generation: UInt64
    private let cause: String
    private let epochMilliseconds: UInt64
    private let worker: String
    /// In which place it was kept.
    let number: Int64

    init(_ record: EndedSessionRecord, number: Int64) {
        pool = record.session.key.pool.text
        identifier = record.session.key.identifier.text
        generation = record.session.generation.number
        cause = record.causeName
        epochMilliseconds = record.epochMilliseconds
        worker = record.worker.text
        self.number = number
    }

    var cursor: EndedSessionCursor {
        EndedSessionCursor(epochMilliseconds: epochMilliseconds, number: number)
    }

    var record: EndedSessionRecord {
        get throws(Failure) {
            EndedSessionRecord(
                session: SessionLife(
                    key: SessionKey(pool: try PoolName(pool), identifier: try SessionIdentifier(identifier)),
                    generation: SessionGeneration(generation)
                ),
                causeName: cause,
                epochMilliseconds: epochMilliseconds,
                worker: try WorkerID(worker)
            )
        }
    }
}

/// An API key, without its secret.
struct StoredKey: EtcdRecord {
    private let id: String
    private let name: String
    private let digest: Data
    private let roles: [String]
    private let pools: [String]?
    private let createdAt: UInt64
    private let expiresAt: UInt64?
    private let requestsPerMinute: Int?
    private let burst: Int?

    init(_ key: KeyRecord) {
        id = key.id.text
        name = key.name
        digest = Data(key.digest)
        roles = key.grant.roles.map(\.name).sorted()
        pools =
            switch key.grant.pools {
            case .all: nil
            case .only(let names): names.map(\.text).sorted()
            }
        createdAt = key.createdAt
        expiresAt = key.expiresAt
        requestsPerMinute = key.rate?.perMinute
        burst = key.rate?.burst
    }

    var key: KeyRecord {
        get throws(Failure) {
            var scope = PoolScope.all
            if let pools {
                var names: Set<PoolName> = []
                for name in pools { names.insert(try PoolName(name)) }
                scope = .only(names)
            }
            return KeyRecord(
                id: try KeyID(id),
                name: name,
                digest: Array(digest),
                grant: AccessGrant(roles: Set(roles.compactMap(Role.named)), pools: scope),
                createdAt: createdAt,
                expiresAt: expiresAt,
                rate: try requestsPerMinute.map { perMinute throws(Failure) in
                    try RequestRate(perMinute: perMinute, burst: burst)
                }
            )
        }
    }
}

/// How often a pool's MCP key was rotated.
struct StoredRotations: EtcdRecord {
    let pool: String
    let count: Int
}

/// A pool of the control plane.
struct StoredPool: EtcdRecord {
    private let name: String
    private let subscription: String
    private let resourceGroup: String
    private let document: Data
    private let createdMilliseconds: UInt64
    private let changedMilliseconds: UInt64

    init(_ pool: PoolRecord) {
        name = pool.name.text
        subscription = pool.subscription
        resourceGroup = pool.resourceGroup
        document = Data(pool.document)
        createdMilliseconds = pool.createdMilliseconds
        changedMilliseconds = pool.changedMilliseconds
    }

    var pool: PoolRecord {
        get throws(Failure) {
            PoolRecord(
                name: try PoolName(name),
                subscription: subscription,
                resourceGroup: resourceGroup,
                document: Array(document),
                createdMilliseconds: createdMilliseconds,
                changedMilliseconds: changedMilliseconds
            )
        }
    }
}
