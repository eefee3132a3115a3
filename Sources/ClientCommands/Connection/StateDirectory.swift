package import Domain
internal import Glibc
internal import Identity

/// The folder in which a local cluster keeps its keys and says where it is.
package struct StateDirectory: Hashable, Sendable {
    /// The folder's path.
    package let path: String

    /// Names the folder; nothing is made yet.
    ///
    /// - Parameter path: the folder's path.
    package init(path: String) { self.path = path }

    /// Where the API key stands.
    package var apiKeyPath: String { path + "/api-key" }

    /// Where the address of the running cluster stands.
    package var endpointPath: String { path + "/endpoint" }

    /// Where the secret of the nodes stands.
    package var clusterKeyPath: String { path + "/cluster-key" }

    /// Where the coordinator's records are.
    package var storePath: String { path + "/records.sqlite" }

    /// The folder that is used when none is named: `/var/lib/cloister` for root, else one in the
    /// user's home (XDG base directory specification).
    package static var standardPath: String {
        if let path = environment("CLOISTER_STATE_DIR") { return path }
        if geteuid() == 0 { return "/var/lib/cloister" }
        let home = environment("HOME") ?? "/tmp"
        return (environment("XDG_STATE_HOME") ?? home + "/.local/state") + "/cloister"
    }

    /// The value of an environment variable.
    ///
    /// - Parameter name: the variable.
    /// - Returns: its value; nil when it is unset or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Makes the folder, and those above it, for this user alone.
    ///
    /// - Throws: `invalidConfiguration` when it cannot be made.
    package func create() throws(Failure) {
        try Self.makeFolder(path)
        guard chmod(path, 0o700) == 0 else {
            throw Failure(
                .invalidConfiguration,
                "\(path) does not belong to you; choose another --state-dir."
            )
        }
    }

    /// Makes a folder and those above it.
    ///
    /// - Parameter path: the folder.
    /// - Throws: `invalidConfiguration` when it cannot be made.
    package static func makeFolder(_ path: String) throws(Failure) {
        var current = path.hasPrefix("/") ? "" : "."
        for part in PathParts.of(path) {
            current += "/" + part
            guard mkdir(current, 0o755) == 0 || errno == EEXIST else {
                throw Failure(
                    .invalidConfiguration,
                    "The folder \(current) cannot be made: \(String(cString: strerror(errno)))."
                )
            }
        }
    }

    /// Keeps other clusters from using the folder for as long as this process lives.
    ///
    /// - Throws: `invalidConfiguration` when another process uses it.
    package func lock() throws(Failure) {
        // The descriptor is never closed: the kernel gives the lock back at the end of the process,
        // however it ends.
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .invalidConfiguration,
                "Another cluster uses \(path). End it first, or choose another --state-dir."
            )
        }
        // A cluster that was killed left its address, which may be another program's by now.
        withdrawEndpoint()
    }

    /// Whether a cluster that lives uses the folder.
    private var isInUse: Bool {
        let descriptor = open(path + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Writes where the cluster is, for `cloister run`.
    ///
    /// - Parameter url: the address.
    package func publishEndpoint(_ url: String) {
        let descriptor = open(endpointPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        _ = url.withCString { write(descriptor, $0, strlen($0)) }
        close(descriptor)
    }

    /// Takes back what ``publishEndpoint(_:)`` wrote.
    package func withdrawEndpoint() { unlink(endpointPath) }

    /// Reads where the cluster is.
    ///
    /// A cluster that was killed leaves its address behind, and whoever has the port now is not to get the key:
    /// the address counts while a living process holds the folder.
    ///
    /// - Returns: the address of the cluster that runs; nil when none does.
    package func endpoint() -> String? {
        isInUse ? TextFile.content(of: endpointPath, limit: 512) : nil
    }
}
