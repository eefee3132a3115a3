internal import ArgumentParser
internal import Certificates
internal import ClientCommands
internal import Domain
internal import Glibc
internal import Identity
internal import Presentation
internal import ServiceSettings

/// How a worker becomes a node of a cluster without a configuration of its own.
struct JoiningOptions: ParsableArguments {
    /// Where a worker receives that joins and was not told another port.
    private static let inboxPort = 7401

    @Option(
        name: .customLong("join"),
        help: ArgumentHelp("The HTTPS API of a coordinator that lets nodes join.", valueName: "host:port")
    )
    var coordinator: String?

    @Option(help: "What cloister token create printed; needed once.")
    var token: String?

    @Option(
        help: ArgumentHelp(
            "Where key, certificate and all else are kept. Without it the folder worker in that of the local cluster.",
            valueName: "folder"
        )
    )
    var stateDir: String?

    @Flag(help: "Ends when the worker has joined: a service starts it then, with the same --state-dir.")
    var joinOnly = false

    func validate() throws {
        guard joinOnly, coordinator == nil else { return }
        throw ValidationError("--join-only needs --join HOST:PORT.")
    }

    private var state: JoinedState {
        JoinedState(folder: AbsolutePath.of(stateDir ?? StateDirectory.standardPath + "/worker"))
    }

    /// What the worker got when it joined, where that matters.
    ///
    /// - Parameter config: the worker's configuration file.
    /// - Returns: YAML; empty for a worker that has its own configuration alone.
    /// - Throws: `invalidConfiguration` when the worker has neither.
    func basis(_ config: String?) throws(Failure) -> String {
        guard coordinator != nil || stateDir != nil || config == nil else { return "" }
        guard state.hasJoined else {
            if config != nil { return "" }
            throw Failure(
                .invalidConfiguration,
                "This worker has not joined a cluster: give it --config FILE, or --join HOST:PORT and --token TOKEN."
            )
        }
        return try state.settings()
    }

    /// Joins if the worker was told to and has not yet.
    ///
    /// - Parameters:
    ///   - config: the worker's configuration file.
    ///   - overrides: the flags.
    /// - Throws: why it did not join.
    func joinIfNeeded(_ config: String?, _ overrides: SettingsOptions) async throws {
        guard let coordinator, !state.hasJoined else { return }
        guard let token, let read = JoinToken(token.trimmingWhitespace) else {
            throw Failure(
                .invalidConfiguration,
                token == nil
                    ? "To join, the worker needs --token TOKEN once; an operator makes it: cloister token create."
                    : "This is no token: it is like clj_0123abcd.….…, as cloister token create printed it."
            )
        }
        let settings = try overrides.begun(config)
        let call = try CoordinatorCall(coordinator, token: read)
        let name = settings.optionalText(.name) ?? OwnHost.name
        let inbox: String
        if let given = settings.optionalText(.inbox) {
            inbox = given
        } else {
            inbox = try "tls+tcp://\(OwnHost.address(towards: call.host, port: call.port)):\(Self.inboxPort)"
        }
        try await state.join(through: call, as: try WorkerID(name), inbox: inbox)
        Console.error(
            line: "cloister: joined as \(name), reached at \(inbox); what it needs is in \(state.folder)"
        )
    }
}

extension String {
    /// Without white space around it, which comes with a token that was pasted.
    fileprivate var trimmingWhitespace: String {
        let kept = drop { $0.isWhitespace }
        return String(
            kept.prefix(
                (kept.lastIndex { !$0.isWhitespace }.map { kept.distance(from: kept.startIndex, to: $0) + 1 })
                    ?? 0
            )
        )
    }
}
