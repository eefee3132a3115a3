internal import Glibc
internal import ServiceSettings

/// Looks after the files that hold secrets.
enum SecretFiles {
    /// Files of secrets that everybody can read.
    ///
    /// A group may read the key of a certificate, as many hosts have it; for the keys of cluster and API
    /// ``APIKeyFile`` is stricter. What is not there is found by who needs it.
    ///
    /// - Parameter settings: the configuration.
    /// - Returns: a problem for each such file.
    static func problems(_ settings: Settings) -> [SettingsProblem] {
        let secrets: [Setting] = [.clusterKeyFile, .apiKeyFile, .tlsKeyFile, .listenKeyFile]
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
