internal import Domain
internal import Etcd

/// Where the directory's entries stand in etcd.
struct DirectoryPlaces: Sendable {
    /// All that is watched.
    let live: String
    private let slots: String

    /// The places of a cluster.
    ///
    /// - Parameter cluster: its name.
    init(cluster: String) {
        let root = "/cloister/v1/\(cluster)/"
        live = root + "live/"
        // Whoever watches has no use for them: an entry says which one it has.
        slots = root + "slot/"
    }

    /// What a key stands for.
    enum Meaning {
        case session(SessionKey)
        case worker(WorkerID)
        case hearing(WorkerID, coordinator: String)
        case coordinator(String)
        case touch(String)
    }

    /// An identifier's entry.
    func session(_ key: SessionKey) -> String {
        live + "session/\(key.pool.text)/" + EtcdPlaces.digits(Array(key.identifier.text.utf8))
    }

    /// The places of a pool's `maxConcurrentSessions` that are taken.
    func slots(of pool: PoolName) -> String { slots + pool.text + "/" }

    /// One of them.
    func slot(_ number: Int, of pool: PoolName) -> String { slots(of: pool) + String(number) }

    /// Which slot a key stands for.
    func slotNumber(_ key: String) -> Int? { key.split(separator: "/").last.flatMap { Int($0) } }

    /// A worker's record.
    func worker(_ id: WorkerID) -> String { live + "worker/" + id.text }

    /// Who hears a worker.
    func hearings(of id: WorkerID) -> String { live + "hears/\(id.text)/" }

    /// That a coordinator hears a worker.
    func hearing(of id: WorkerID, by coordinator: String) -> String { hearings(of: id) + coordinator }

    /// A coordinator's record.
    func coordinator(_ name: String) -> String { live + "coordinator/" + name }

    /// That a coordinator is in touch.
    func touch(_ name: String) -> String { live + "in-touch/" + name }

    /// Reads a key.
    ///
    /// - Parameter key: the key.
    /// - Returns: what it stands for; nil for one of another version, or of others.
    func meaning(of key: String) -> Meaning? {
        guard key.hasPrefix(live) else { return nil }
        let parts = key.dropFirst(live.count).split(separator: "/", maxSplits: 2).map(String.init)
        switch (parts.first, parts.count) {
        case ("session", 3):
            guard let pool = try? PoolName(parts[1]), let text = Self.text(parts[2]),
                let identifier = try? SessionIdentifier(text)
            else { return nil }
            return .session(SessionKey(pool: pool, identifier: identifier))
        case ("worker", 2): return (try? WorkerID(parts[1])).map { .worker($0) }
        case ("hears", 3): return (try? WorkerID(parts[1])).map { .hearing($0, coordinator: parts[2]) }
        case ("coordinator", 2): return .coordinator(parts[1])
        case ("in-touch", 2): return .touch(parts[1])
        default: return nil
        }
    }

    private static func text(_ digits: String) -> String? {
        let digits = Array(digits.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
