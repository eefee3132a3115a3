internal import Domain

/// The sentences for wishes that cannot be fulfilled now.
enum Refusals {
    /// Both known texts of Azure's capacity errors are in the message, for clients match on them
    /// (dynamic-sessions-api.md, sections 3.1 and 9).
    static func noRoom(for key: SessionKey, sessions: Int, most: Int) -> Failure {
        Failure(
            .sessionsCountExceedsLimit,
            "The request sessions count is '1'. There are already '\(sessions)' active sessions and "
                + "the maximum active sessions count is '\(most)'. Error happened when allocating pod "
                + "for identifier \(key.identifier) in pool \(key.pool). "
                + "Stop a session, or try again when one has ended.",
            retryAfterSeconds: 2
        )
    }

    static func noWorker(times: LeaseTimes) -> Failure {
        Failure(
            .noWorkerAvailable,
            "No worker takes new sessions at the moment.",
            retryAfterSeconds: Int(times.lease.components.seconds) + 1
        )
    }

    static func unknownWorker(_ worker: WorkerID) -> Failure {
        Failure(.resourceNotFound, "There is no worker \(worker).")
    }

    static func workerInUse(_ worker: WorkerID, sessions: Int, isDraining: Bool) -> Failure {
        let advice =
            isDraining
            ? "It drains; remove it when its sessions have ended, or drain it with a deadline."
            : "Drain it first, or stop it and remove it when it is lost."
        return Failure(.nodeInUse, "The worker \(worker) serves, with \(sessions) sessions. \(advice)")
    }

    static let lost = Failure(
        .sessionLost,
        "The worker of this session was lost, and the session's variables and files with it. "
            + "Nothing was run a second time. The next request begins a new session."
    )

    static let settling = Failure(
        .notReady,
        "The coordinator has just started and still learns which sessions there are.",
        retryAfterSeconds: 1
    )

    static let directoryAway = Failure(
        .notReady,
        "The directory that the coordinators share does not answer: sessions that run go on, none can begin or end.",
        retryAfterSeconds: 2
    )

    static let cutOff = Failure(
        .notReady,
        "This coordinator is cut off from the directory that the coordinators share; another one is not.",
        retryAfterSeconds: 1
    )

    static let contradiction = Failure(
        .staleAddressee,
        "The worker refused a session that it had taken before; ask again.",
        retryAfterSeconds: 1
    )

    static let uncertain = Failure(
        .notReady,
        "The session's worker cannot be reached at the moment.",
        retryAfterSeconds: 1
    )

    static let stopping = Failure(
        .notReady,
        "The session is just being stopped.",
        retryAfterSeconds: 1
    )
}
