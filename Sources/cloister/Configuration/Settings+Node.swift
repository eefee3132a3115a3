internal import ClientCommands
internal import Domain
internal import Identity
internal import Logging
internal import MicroVM
internal import ServiceSettings
internal import Transport
internal import Wire

/// What a node takes from a configuration.
extension Settings {
    /// How much is logged.
    var logLevel: Logger.Level {
        // The catalogue has the same words.
        Logger.Level(rawValue: text(.logLevel)) ?? .info
    }

    /// Reads the cluster's secret.
    func clusterKey() throws -> ClusterKey {
        let file = text(.clusterKeyFile)
        guard let key = try APIKeyFile(path: file).load() else {
            throw Failure(.invalidConfiguration, "There is no cluster key in \(file).")
        }
        return try ClusterKey(Array(key.secret.utf8))
    }

    /// Reads the certificate, key and authority, if the configuration names them.
    func tlsIdentity() throws(Failure) -> TLSIdentity? {
        guard let certificate = optionalText(.tlsCertificateFile), let key = optionalText(.tlsKeyFile),
            let authority = optionalText(.tlsAuthorityFile)
        else { return nil }
        return TLSIdentity(
            certificate: try content(of: certificate),
            key: try content(of: key),
            authority: try content(of: authority)
        )
    }

    /// Reads a short text file.
    func content(of path: String) throws(Failure) -> String {
        guard let content = TextFile.content(of: path, limit: 1 << 16) else {
            throw Failure(
                .invalidConfiguration,
                "\(path) cannot be read, or is too long for what it should be."
            )
        }
        return content
    }

    /// What the sandboxes of a worker need.
    func hypervisor() throws(Failure) -> HypervisorConfiguration {
        guard let image = optionalText(.imageDirectory) ?? StateDirectory.environment("CLOISTER_IMAGE") else {
            throw Failure(
                .invalidConfiguration,
                "There is no guest image: start through ./cloister, or set imageDirectory in \(source)."
            )
        }
        let cache = optionalText(.cacheDirectory) ?? StateDirectory.environment("CLOISTER_CACHE")
        var configuration = HypervisorConfiguration(
            imageDirectory: image,
            cacheDirectory: cache ?? "/var/cache/cloister",
            runDirectory: text(.runDirectory)
        )
        configuration.accelerator = AcceleratorPreference.named(text(.accelerator)) ?? .automatic
        configuration.jail = JailPreference.named(text(.jail)) ?? .automatic
        configuration.processesAhead = integer(.processesAhead)
        return configuration
    }
}
