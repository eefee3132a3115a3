import EtcdServer

@testable import Store

/// The kinds of stores, which all keep the same contract.
enum StoreKind: CaseIterable {
    case memory, file, etcd

    /// Lends a new store of this kind.
    func lend(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryStore())
        case .file:
            let folder = TemporaryFolder()
            try await body(try await folder.open())
        case .etcd:
            let server = try await EtcdServer()
            try await server.withClient { try await body(EtcdStore($0, cluster: "test")) }
        }
    }
}
