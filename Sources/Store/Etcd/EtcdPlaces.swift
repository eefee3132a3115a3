internal import Domain
internal import Etcd

/// Where things stand in etcd.
///
/// Numbers have all their digits, so that the order of keys is that of numbers.
struct EtcdPlaces: Sendable {
    private let root: String

    /// The places of a cluster.
    ///
    /// - Parameter cluster: its name.
    init(cluster: String) { root = "/cloister/v1/\(cluster)/" }

    /// What the coordinators know of their former lives.
    var facts: String { root + "facts" }
    /// The number of the record that was kept last.
    var lastNumber: String { root + "ended-number" }
    /// All keys.
    var apiKeys: String { root + "api-key/" }
    /// All pools.
    var pools: String { root + "pool/" }
    /// The rotations of all MCP keys.
    var mcpKeys: String { root + "mcp-key/" }
    /// All workers that are drained.
    var drains: String { root + "drain/" }
    /// All ended sessions in the order of their times.
    var times: String { root + "ended-by-time/" }
    /// All ended sessions in the order in which they were kept.
    var numbers: String { root + "ended-by-number/" }

    /// A key of the API.
    func apiKey(_ id: KeyID) -> String { apiKeys + id.text }

    /// The digest of an API key's secret, of which there must be one only.
    func digest(_ digest: [UInt8]) -> String { root + "api-key-digest/" + Self.digits(digest) }

    /// A pool.
    func pool(_ name: PoolName) -> String { pools + name.text.lowercased() }

    /// The rotations of a pool's MCP key.
    func mcpKey(_ pool: PoolName) -> String { mcpKeys + pool.text.lowercased() }

    /// A worker that is drained.
    func drain(_ worker: WorkerID) -> String { drains + worker.text }

    /// The ended sessions of an identifier.
    ///
    /// Identifiers may hold anything: they stand there in hexadecimal digits.
    func sessions(_ key: SessionKey) -> String {
        root + "ended-by-session/\(key.pool.text)/\(Self.digits(Array(key.identifier.text.utf8)))/"
    }

    /// An ended session.
    func session(_ life: SessionLife) -> String { sessions(life.key) + Self.padded(life.generation.number) }

    /// A place between times.
    func time(_ cursor: EndedSessionCursor) -> String {
        times + Self.padded(cursor.epochMilliseconds) + "/" + Self.padded(UInt64(clamping: cursor.number))
    }

    /// The place of a number.
    func number(_ number: Int64) -> String { numbers + Self.padded(UInt64(clamping: number)) }

    /// The condition that nobody has written a key since it was read.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - revision: what wrote it; nil when it was not there.
    /// - Returns: the condition.
    static func condition(_ key: String, _ revision: Int64?) -> EtcdTransaction.Condition {
        revision.map { .isUnchanged(key, since: $0) } ?? .isAbsent(key)
    }

    /// Any bytes as hexadecimal digits.
    static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 20 - digits.utf8.count) + digits
    }
}
