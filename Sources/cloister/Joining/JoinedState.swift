internal import APIModel
internal import Certificates
internal import Domain
internal import Glibc
internal import ServiceSettings
internal import Transport

/// The folder in which a worker keeps what it got when it joined.
struct JoinedState: Sendable {
    /// The folder's path.
    let folder: String

    private var settingsPath: String { folder + "/joined.yaml" }

    /// Whether the worker has joined: the settings are written last.
    var hasJoined: Bool { PrivateFolder.has(settingsPath) }

    /// What the worker got, as YAML.
    ///
    /// - Returns: the settings.
    /// - Throws: `invalidConfiguration` when they cannot be read.
    func settings() throws(Failure) -> String { try PrivateFolder.read(settingsPath) }

    /// Makes a key, joins with it and keeps all that came of it.
    ///
    /// - Parameters:
    ///   - call: the coordinator.
    ///   - worker: this worker's name.
    ///   - inbox: where it receives; `tls+tcp`.
    /// - Throws: why it did not join.
    func join(through call: CoordinatorCall, as worker: WorkerID, inbox: String) async throws(Failure) {
        let address: Address
        do throws(TransportError) {
            address = try AddressPolicy(hasIdentity: true).sending(to: inbox)
        } catch {
            throw Failure(.invalidConfiguration, "The worker's inbox cannot be used: \(error.message)")
        }
        guard address.scheme == .tls else {
            throw Failure(.invalidConfiguration, "The inbox of a worker that joins is tls+tcp://HOST:PORT.")
        }
        // Before the token is used: a folder that cannot be written would waste it.
        try PrivateFolder.make(folder)
        guard chmod(folder, 0o700) == 0 else {
            throw Failure(
                .invalidConfiguration,
                "\(folder) does not belong to you; choose another --state-dir."
            )
        }
        try PrivateFolder.make(folder + "/run")
        let key = try await NodeKey.make()
        let (keyPath, certificatePath) = (folder + "/node.key", folder + "/node.pem")
        try PrivateFolder.write(key, to: keyPath, isSecret: true, replaces: true)
        let answer = try await call.join(
            as: worker,
            hosts: [address.location],
            certificateRequest: try await NodeKey.request(for: key, name: worker.text)
        )
        let (authorityPath, clusterKeyPath) = (folder + "/ca.pem", folder + "/cluster-key")
        try PrivateFolder.write(answer.certificate, to: certificatePath, isSecret: true, replaces: true)
        try PrivateFolder.write(answer.authority, to: authorityPath, isSecret: true, replaces: true)
        try PrivateFolder.write(answer.clusterKey + "\n", to: clusterKeyPath, isSecret: true, replaces: true)
        let lines = [
            SettingsExample.line("name", .text(worker.text)), SettingsExample.line("inbox", .text(inbox)),
            SettingsExample.line("coordinators", .list(answer.coordinators)),
            SettingsExample.line("clusterKeyFile", .text(clusterKeyPath)),
            SettingsExample.line("tls.certificateFile", .text(certificatePath)),
            SettingsExample.line("tls.keyFile", .text(keyPath)),
            SettingsExample.line("tls.authorityFile", .text(authorityPath)),
            SettingsExample.line("runDirectory", .text(folder + "/run")),
        ]
        try PrivateFolder.write(
            lines.joined(separator: "\n") + "\n",
            to: settingsPath,
            isSecret: true,
            replaces: true
        )
    }
}
