internal import Client

/// What a person can do about an answer of the cluster.
enum Advice {
    /// Finds the next step.
    ///
    /// - Parameters:
    ///   - error: what came of the request.
    ///   - choice: which cluster was asked, and with which key.
    /// - Returns: a sentence; nil when the error says it all.
    static func after(_ error: ClientError, at choice: ConnectionChoice?) -> String? {
        switch error.kind {
        case .unreachable: unreachable(choice)
        case .timedOut: "Look whether the cluster is well: cloister node list."
        case .refused: refused(error, choice)
        default: nil
        }
    }

    private static let up = "`cloister up` starts a cluster on this machine."

    private static func unreachable(_ choice: ConnectionChoice?) -> String {
        if let context = choice?.context {
            return "The address is that of the context \(context): cloister context show \(context)."
        }
        guard case .url(let url) = choice?.place else { return up }
        let origin = "The address is that of --url or CLOISTER_URL."
        return ClusterAddress.isOfThisMachine(url) ? "\(origin) \(up)" : origin
    }

    private static func refused(_ error: ClientError, _ choice: ConnectionChoice?) -> String? {
        let key = choice.map { "The key came from \($0.key.origin)." } ?? ""
        return switch error.code {
        case "Unauthorized": "\(key) Name another with --api-key-file or CLOISTER_API_KEY."
        case "Forbidden":
            "\(key) An operator sees its rights with `cloister key list` and makes others with "
                + "`cloister key create`."
        case "SessionPoolNotFound": "The pools there are: cloister pool list."
        case "NoSessionFoundError": "The sessions there are: cloister session list."
        case "FileNotFound": "The files there are: cloister files ls --identifier ID."
        case "ExecutionNotFound": "The session has ended: cloister session show ID says why."
        case "NoWorkerAvailable", "SessionsCountExceedsLimit", "TooManyRequests", "NotReady":
            error.retryAfterSeconds.map { "Try again in \($0) s." }
                ?? "Look at the workers: cloister node list."
        case "SessionLost": "The next request begins a new session: variables and files are gone."
        default:
            (error.status ?? 0) < 500 ? nil : error.traceID.map { "The server's log has it under \($0)." }
        }
    }
}
