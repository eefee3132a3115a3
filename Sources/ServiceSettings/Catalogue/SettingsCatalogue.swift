/// Every key of the configuration there is.
package enum SettingsCatalogue {
    /// Keys that belong together.
    package struct Topic: Sendable {
        /// The heading.
        package let title: String
        /// What has to be known of all of them.
        package let introduction: String
        /// The keys, in their order.
        package let settings: [Setting]
    }

    /// The keys by topic.
    package static let topics: [Topic] = [
        .node, .etcd, .listen, .access, .issuers, .audit, .telemetry, .pools, .worker,
    ]

    /// All keys.
    package static let settings: [Setting] = topics.flatMap(\.settings)

}
