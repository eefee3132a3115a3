internal import Domain
internal import Etcd
internal import Foundation
internal import ServiceSettings
internal import Store

/// What coordinators share.
extension Settings {
    /// The name of the coordinator.
    var coordinatorName: String {
        guard says(.etcdEndpoints) else { return "coordinator" }
        return optionalText(.etcdCoordinator) ?? ProcessInfo.processInfo.hostName
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop { $0.isNewline }.reversed())
    }

    /// The etcd that the configuration names, if it names one.
    func sharedStorage() throws -> ClusterStorage? {
        let endpoints = list(.etcdEndpoints)
        guard !endpoints.isEmpty else { return nil }
        for endpoint in endpoints where !["http://", "https://"].contains(where: endpoint.hasPrefix) {
            throw Failure(
                .invalidConfiguration,
                "etcd.endpoints names \(endpoint), which begins neither with http:// nor with https://."
            )
        }
        var user: EtcdConfiguration.User?
        if let name = optionalText(.etcdUser), let file = optionalText(.etcdPasswordFile) {
            user = EtcdConfiguration.User(name: name, password: Self.trimmed(try content(of: file)))
        }
        let certificates = optionalText(.etcdAuthorityFile).map {
            EtcdConfiguration.Certificates(
                authorityFile: $0,
                certificateFile: optionalText(.etcdCertificateFile),
                keyFile: optionalText(.etcdKeyFile)
            )
        }
        return ClusterStorage(
            EtcdConfiguration(endpoints: endpoints, user: user, certificates: certificates),
            cluster: text(.etcdCluster)
        )
    }
}
