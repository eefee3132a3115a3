internal import Glibc
internal import ServiceSettings

/// Looks after the files that hold secrets and certificates.
enum SecretFiles {
    /// Files that a service needs and cannot read.
    ///
    /// The API's own key is not among them: it is made when it is not there.
    ///
    /// - Parameters:
    ///   - settings: the configuration.
    ///   - role: who reads them.
    /// - Returns: a problem for each such file.
    static func unreadable(_ settings: Settings, for role: ServiceRole) -> [SettingsProblem] {
        let needed: [Setting] = [
            .clusterKeyFile, .tlsCertificateFile, .tlsKeyFile, .tlsAuthorityFile, .tlsAuthorityKeyFile,
            .listenCertificateFile, .listenKeyFile, .etcdPasswordFile, .etcdAuthorityFile,
            .etcdCertificateFile, .etcdKeyFile,
        ]
        return needed.filter { $0.readers.contains(role) }.compactMap { setting in
            guard let path = settings.optionalText(setting), access(path, R_OK) != 0 else { return nil }
            let reason = String(cString: strerror(errno))
            return SettingsProblem(
                key: setting.pattern,
                place: settings.source,
                "\(setting.pattern): \(path) cannot be read: \(reason)"
            )
        }
    }

    /// Files of secrets that everybody can read.
    ///
    /// A group may read the key of a certificate, as many hosts have it; for the keys of cluster and API
    /// ``APIKeyFile`` is stricter. What is not there is found by who needs it.
    ///
    /// - Parameter settings: the configuration.
    /// - Returns: a problem for each such file.
    static func problems(_ settings: Settings) -> [SettingsProblem] {
        let secrets: [Setting] = [
            .clusterKeyFile, .apiKeyFile, .tlsKeyFile, .tlsAuthorityKeyFile, .listenKeyFile,
            .etcdPasswordFile, .etcdKeyFile,
        ]
        return secrets.compactMap { setting in
            var status = stat()
            guard let path = settings.optionalText(setting), stat(path, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o007 != 0
            else { return nil }
            let mode = String(status.st_mode & 0o777, radix: 8)
            return SettingsProblem(
                key: setting.pattern,
                place: settings.source,
                "\(setting.pattern): everybody has access to \(path) (mode \(mode)); run chmod 600 on it, and take "
                    + "what is in it for known if others use this machine"
            )
        }
    }
}
