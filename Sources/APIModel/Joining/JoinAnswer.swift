/// What a worker gets that joins: all that a node of the cluster has to have.
package struct JoinAnswer: Sendable, Decodable {
    /// Its certificate, as PEM.
    package let certificate: String
    /// The certificates of the authorities that all nodes believe, as PEM.
    package let authority: String
    /// The cluster's secret.
    package let clusterKey: String
    /// The inboxes of the coordinators.
    package let coordinators: [String]

    /// Puts an answer together.
    ///
    /// - Parameters:
    ///   - certificate: its certificate, as PEM.
    ///   - authority: the authorities' certificates, as PEM.
    ///   - clusterKey: the cluster's secret.
    ///   - coordinators: the inboxes of the coordinators.
    package init(certificate: String, authority: String, clusterKey: String, coordinators: [String]) {
        self.certificate = certificate
        self.authority = authority
        self.clusterKey = clusterKey
        self.coordinators = coordinators
    }

    /// The answer as JSON.
    package var json: JSONValue {
        .object([
            .init("certificate", .string(certificate)), .init("authority", .string(authority)),
            .init("clusterKey", .string(clusterKey)),
            .init("coordinators", .array(coordinators.map(JSONValue.string))),
        ])
    }
}
