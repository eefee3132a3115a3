internal import Configuration
internal import Domain
internal import Identity
internal import SystemPackage
internal import Transport
internal import Wire

/// Reads the keys that both services have in their configuration file.
struct Settings: Sendable {
    private let reader: ConfigReader
    private let path: String

    /// Opens a file; a variable `CLOISTER_…` of the environment wins over its key.
    ///
    /// - Parameter path: the YAML file.
    /// - Throws: `invalidConfiguration` when it cannot be read.
    init(path: String) async throws(Failure) {
        self.path = path
        do {
            let file = try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
            reader = ConfigReader(providers: [
                EnvironmentVariablesProvider().prefixKeys(with: "cloister"), file,
            ])
        } catch {
            throw Failure(.invalidConfiguration, "The configuration \(path) cannot be read: \(error)")
        }
    }

    /// Reads a text that must be there.
    func text(_ key: ConfigKey) throws(Failure) -> String {
        guard let text = reader.string(forKey: key), !text.isEmpty else {
            throw Failure(.invalidConfiguration, "\(path): the key \(key) is missing.")
        }
        return text
    }

    /// Reads a text that may be missing.
    func text(_ key: ConfigKey, or standard: String) -> String { reader.string(forKey: key) ?? standard }

    /// Reads a number that may be missing; what is no number is an error.
    func number(_ key: ConfigKey, or standard: Int, in range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let text = reader.string(forKey: key) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Failure(
                .invalidConfiguration,
                "\(path): \(key) has to be a number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    /// Reads a list of texts that must not be empty.
    func list(_ key: ConfigKey) throws(Failure) -> [String] {
        guard let list = reader.stringArray(forKey: key), !list.isEmpty else {
            throw Failure(.invalidConfiguration, "\(path): the list \(key) is missing.")
        }
        return list
    }

    /// Reads the cluster's secret from the file that the key `clusterKeyFile` names.
    func clusterKey() throws -> ClusterKey {
        let file = try text("clusterKeyFile")
        guard let key = try APIKeyFile(path: file).load() else {
            throw Failure(.invalidConfiguration, "There is no cluster key in \(file).")
        }
        return try ClusterKey(Array(key.secret.utf8))
    }

    /// Reads the certificate, key and authority, if the file names them.
    func tlsIdentity() throws(Failure) -> TLSIdentity? {
        guard let certificate = reader.string(forKey: "tls.certificateFile") else { return nil }
        return TLSIdentity(
            certificate: try content(of: certificate),
            key: try content(of: try text("tls.keyFile")),
            authority: try content(of: try text("tls.authorityFile"))
        )
    }

    private func content(of path: String) throws(Failure) -> String {
        do {
            let file = try FileDescriptor.open(path, .readOnly)
            return try file.closeAfter {
                try String(unsafeUninitializedCapacity: 1 << 16) { try file.read(into: UnsafeMutableRawBufferPointer($0)) }
            }
        } catch {
            throw Failure(.invalidConfiguration, "\(path) cannot be read: \(error)")
        }
    }
}
