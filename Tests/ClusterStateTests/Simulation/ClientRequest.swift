import Domain

/// A client's request to run something in an identifier's session, once.
final class ClientRequest {
    enum Outcome {
        /// It ran in a session of this generation.
        case ran(SessionGeneration)
        case refused(FailureCode)
    }

    let key: SessionKey
    let execution: Int
    /// The newest generation that had answered before this was asked.
    let floor: SessionGeneration
    var attempts = 0
    var refusing: Set<WorkerID> = []
    let done: (Outcome) -> Void

    init(
        _ key: SessionKey,
        execution: Int,
        floor: SessionGeneration,
        _ done: @escaping (Outcome) -> Void
    ) {
        self.key = key
        self.execution = execution
        self.floor = floor
        self.done = done
    }
}
