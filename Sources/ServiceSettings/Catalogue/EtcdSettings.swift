extension SettingsCatalogue.Topic {
    /// What several coordinators share.
    static let etcd = Self(
        title: "Several coordinators",
        introduction:
            "Coordinators that name the same etcd are one cluster: any of them answers any request. Without it a coordinator is alone and has a `storeFile`.",
        settings: [
            .etcdEndpoints, .etcdCluster, .etcdCoordinator, .etcdUser, .etcdPasswordFile, .etcdAuthorityFile,
            .etcdCertificateFile, .etcdKeyFile,
        ]
    )
}

extension Setting {
    /// The members of etcd.
    package static let etcdEndpoints = Self(
        "etcd.endpoints",
        .list(of: nil),
        .absent("a coordinator alone"),
        for: [.coordinator],
        example: "https://192.0.2.20:2379",
        "The members of etcd (3.4 or later), `http://` or `https://`; any of them is asked."
    )
    /// The name of the cluster.
    package static let etcdCluster = Self(
        "etcd.cluster",
        .text(.plainName),
        .value("cloister"),
        for: [.coordinator],
        example: "cloister",
        "The name of the cluster: several may share an etcd."
    )
    /// The name of the coordinator.
    package static let etcdCoordinator = Self(
        "etcd.coordinator",
        .text(.plainName),
        .absent("the host's name"),
        for: [.coordinator],
        example: "coordinator-1",
        "The name of this coordinator, unique in the cluster, kept over restarts."
    )
    /// The user of etcd.
    package static let etcdUser = Self(
        "etcd.user",
        .text(.any),
        .absent("no user"),
        for: [.coordinator],
        example: "cloister",
        "The user of etcd, where it has authentication on; comes together with the password."
    )
    /// The user's password.
    package static let etcdPasswordFile = Self(
        "etcd.passwordFile",
        .secretFile,
        .absent("no user"),
        for: [.coordinator],
        example: "/etc/cloister/etcd-password",
        "The file with that user's password, mode 0600."
    )
    /// The authority of etcd's certificates.
    package static let etcdAuthorityFile = Self(
        "etcd.authorityFile",
        .path,
        .absent("the system's authorities"),
        for: [.coordinator],
        example: "/etc/cloister/etcd-ca.pem",
        "The authority that etcd's certificates come from, PEM."
    )
    /// The certificate shown to etcd.
    package static let etcdCertificateFile = Self(
        "etcd.certificateFile",
        .path,
        .absent("no certificate"),
        for: [.coordinator],
        example: "/etc/cloister/etcd-client.pem",
        "The certificate that etcd is shown, PEM; comes together with its key."
    )
    /// The key of that certificate.
    package static let etcdKeyFile = Self(
        "etcd.keyFile",
        .secretFile,
        .absent("no certificate"),
        for: [.coordinator],
        example: "/etc/cloister/etcd-client.key",
        "The key of that certificate, PEM."
    )
}
