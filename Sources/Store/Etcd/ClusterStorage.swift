package import Domain
package import Etcd
package import Logging

/// Where several coordinators share a store and a directory.
package struct ClusterStorage: Sendable {
    private let configuration: EtcdConfiguration
    private let cluster: String

    /// Names an etcd; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - configuration: where it is, and who asks.
    ///   - cluster: the name of the cluster: several may share an etcd.
    package init(_ configuration: EtcdConfiguration, cluster: String) {
        self.configuration = configuration
        self.cluster = cluster
    }

    /// Opens both; nothing is asked yet.
    ///
    /// - Returns: what was opened; the end of its store ends the directory, too.
    /// - Throws: `unusable` when a file of the certificates cannot be used.
    package func open() throws(StoreError) -> OpenClusterStorage {
        do throws(EtcdError) {
            return OpenClusterStorage(client: try EtcdClient(configuration), cluster: cluster)
        } catch { throw StoreError(error) }
    }
}

/// A store and a directory over the same connections.
package struct OpenClusterStorage: Sendable {
    private let client: EtcdClient
    private let cluster: String
    /// The store.
    package let store: EtcdStore

    init(client: EtcdClient, cluster: String) {
        self.client = client
        self.cluster = cluster
        store = EtcdStore(client, cluster: cluster)
    }

    /// The directory.
    ///
    /// - Parameters:
    ///   - coordinator: who shares it.
    ///   - logger: where it logs.
    /// - Returns: the directory.
    package func directory(for coordinator: CoordinatorRecord, logger: Logger) -> any ClusterDirectory {
        EtcdDirectory(client, cluster: cluster, coordinator: coordinator, logger: logger)
    }
}
