internal import ClientCommands
internal import Configuration
internal import Domain
internal import Identity
internal import MicroVM
internal import SystemPackage
internal import Transport
internal import Wire

/// Reads the keys that both services have in their configuration file.
struct Settings: Sendable {
    private let reader: ConfigReader
    /// Where the values come from, for messages.
    let source: String

    /// Opens a file; a variable `CLOISTER_…` of the environment wins over its key.
    ///
    /// - Parameter path: the YAML file.
    /// - Throws: `invalidConfiguration` when it cannot be read.
    init(path: String) async throws(Failure) {
        source = path
        do {
            let file = try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
            reader = ConfigReader(providers: [
                EnvironmentVariablesProvider().prefixKeys(with: "cloister"), file,
            ])
        } catch {
            throw Failure(.invalidConfiguration, "The configuration \(path) cannot be read: \(error)")
        }
    }

    /// Uses nothing but the environment, for a cluster that has no file.
    init() {
        source = "The environment"
        reader = ConfigReader(provider: EnvironmentVariablesProvider().prefixKeys(with: "cloister"))
    }

    /// Reads a text that must be there.
    func text(_ key: String) throws(Failure) -> String {
        guard let text = reader.string(forKey: ConfigKey(key)), !text.isEmpty else {
            throw Failure(.invalidConfiguration, "\(source): the key \(key) is missing.")
        }
        return text
    }

    /// Reads a text that may be missing.
    func text(_ key: String, or standard: String) -> String {
        reader.string(forKey: ConfigKey(key)) ?? standard
    }

    /// Reads a text of which there may be none.
    func optionalText(_ key: String) -> String? {
        reader.string(forKey: ConfigKey(key)).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads a choice between yes and no; what is neither is an error.
    func flag(_ key: String) throws(Failure) -> Bool {
        guard let text = optionalText(key) else { return false }
        guard let flag = Bool(text) else {
            throw Failure(.invalidConfiguration, "\(source): \(key) has to be true or false.")
        }
        return flag
    }

    /// Reads a list of texts that may be missing.
    ///
    /// What is there and is no list, or an empty one, is an error: it must not pass for the default.
    func optionalList(_ key: String) async throws(Failure) -> [String]? {
        let list: [String]?
        do { list = try await reader.fetchStringArray(forKey: ConfigKey(key)) } catch {
            throw refusal(key, "has to be a list")
        }
        guard let list else { return nil }
        guard !list.isEmpty else { throw refusal(key, "is empty; leave it out or name something") }
        return list
    }

    /// Tells that a key has a value that does not do.
    func refusal(_ key: String, _ sentence: String) -> Failure {
        Failure(.invalidConfiguration, "\(source): \(key) \(sentence).")
    }

    /// Reads a number that may be missing; what is no number is an error.
    func number(_ key: String, or standard: Int, in range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let number = try wholeNumber(key) else { return standard }
        guard range.contains(number) else {
            throw Failure(
                .invalidConfiguration,
                "\(source): \(key) has to be a number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    /// Reads a number of any size that may be missing.
    func wholeNumber(_ key: String) throws(Failure) -> Int? {
        guard let text = reader.string(forKey: ConfigKey(key)) else { return nil }
        guard let number = Int(text) else {
            throw Failure(.invalidConfiguration, "\(source): \(key) is \(text) and has to be a whole number.")
        }
        return number
    }

    /// Reads a list of texts that must not be empty.
    func list(_ key: String) throws(Failure) -> [String] {
        guard let list = reader.stringArray(forKey: ConfigKey(key)), !list.isEmpty else {
            throw Failure(.invalidConfiguration, "\(source): the list \(key) is missing.")
        }
        return list
    }

    /// Reads the address of the node's inbox, which is also the one that peers are told.
    func inbox() throws(Failure) -> String {
        let address = try text("inbox")
        guard !["://0.0.0.0", "://*", "://[::]"].contains(where: { address.contains($0) }) else {
            throw Failure(
                .invalidConfiguration,
                "\(source): inbox has to be an address that the other nodes reach; \(address) is a wildcard."
            )
        }
        return address
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
        guard let content = TextFile.content(of: path, limit: 1 << 16) else {
            throw Failure(
                .invalidConfiguration,
                "\(path) cannot be read, or is too long for what it should be."
            )
        }
        return content
    }

    /// Reads what the sandboxes of a worker need.
    func hypervisor() throws(Failure) -> HypervisorConfiguration {
        guard
            let image = reader.string(forKey: "imageDirectory")
                ?? StateDirectory.environment("CLOISTER_IMAGE")
        else {
            throw Failure(
                .invalidConfiguration,
                "There is no guest image: start through ./cloister, or set imageDirectory in \(source)."
            )
        }
        let cache = reader.string(forKey: "cacheDirectory") ?? StateDirectory.environment("CLOISTER_CACHE")
        var configuration = HypervisorConfiguration(
            imageDirectory: image,
            cacheDirectory: cache ?? "/var/cache/cloister",
            runDirectory: try text("runDirectory")
        )
        configuration.accelerator = try choice("accelerator", AcceleratorPreference.named) ?? .automatic
        configuration.jail = try choice("jail", JailPreference.named) ?? .automatic
        configuration.processesAhead = try number(
            "processesAhead",
            or: configuration.processesAhead,
            in: 0...64
        )
        return configuration
    }

    private func choice<Value>(
        _ key: String,
        _ named: (String) -> Value?
    ) throws(Failure) -> Value? {
        guard let name = reader.string(forKey: ConfigKey(key)) else { return nil }
        guard let value = named(name) else {
            throw Failure(.invalidConfiguration, "\(source): \(name) is no value for \(key).")
        }
        return value
    }
}
