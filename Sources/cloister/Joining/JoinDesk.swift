internal import API
internal import APIModel
internal import Certificates
internal import Coordinator
internal import Domain
internal import Identity
internal import Logging
internal import ServiceSettings
internal import Wire

/// Lets workers join where the configuration has an authority's key.
enum JoinDesk {
    /// Puts together how workers join.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - archive: where tokens are kept.
    ///   - clusterKey: the cluster's secret, which who joins gets.
    ///   - coordinators: tells where all coordinators receive.
    ///   - logger: told who joins.
    /// - Returns: how; nil when the configuration has no key of an authority.
    /// - Throws: `invalidConfiguration` when what belongs to it is missing.
    static func joining(
        _ settings: Settings,
        archive: any JoinTokenArchive,
        clusterKey: ClusterKey,
        coordinators: @escaping @Sendable () async -> [String],
        logger: Logger
    ) throws(Failure) -> NodeJoining? {
        guard let keyFile = settings.optionalText(.tlsAuthorityKeyFile) else { return nil }
        guard let certificateFile = settings.optionalText(.tlsAuthorityFile) else {
            throw Failure(
                .invalidConfiguration,
                "tls.authorityKeyFile needs tls.authorityFile, tls.certificateFile and tls.keyFile."
            )
        }
        guard settings.optionalText(.listenCertificateFile) != nil else {
            throw Failure(
                .invalidConfiguration,
                "tls.authorityKeyFile needs listen.certificateFile and listen.keyFile: nodes join over HTTPS, and "
                    + "know this coordinator by a certificate of the same authority (cloister cert node)."
            )
        }
        _ = try CertificateAuthority(certificatePath: certificateFile, keyPath: keyFile)
        let secret = String(decoding: clusterKey.bytes, as: UTF8.self)
        return NodeJoining(
            tokens: JoinTokens(archive: archive, now: { WallClock.milliseconds }),
            authority: { () throws(Failure) in try authority(certificateFile) },
            welcome: { request, token throws(Failure) in
                // Read each time: an authority may have been replaced while this process ran.
                let signer = try CertificateAuthority(certificatePath: certificateFile, keyPath: keyFile)
                let certificate = try await signer.sign(
                    request.certificateRequest,
                    for: try CertificateSubject(name: request.worker.text, hosts: request.hosts),
                    days: CertificateAuthority.daysOfNode
                )
                logger.info(
                    "a worker joins",
                    metadata: [
                        "worker": "\(request.worker)", "hosts": "\(request.hosts.joined(separator: ", "))",
                        "token": "\(token.id)",
                    ]
                )
                return JoinAnswer(
                    certificate: certificate,
                    authority: signer.certificate,
                    clusterKey: secret,
                    coordinators: await coordinators()
                )
            }
        )
    }

    private static func authority(_ file: String) throws(Failure) -> NodeJoining.Authority {
        let text = try PrivateFolder.read(file)
        guard let digest = CertificateFacts.digest(ofFirstIn: text) else {
            throw Failure(.invalidConfiguration, "There is no certificate in tls.authorityFile.")
        }
        return NodeJoining.Authority(certificate: text, digest: digest)
    }
}
