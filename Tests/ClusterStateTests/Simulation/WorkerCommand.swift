import ClusterState
import Domain

/// What a coordinator asks of a worker.
enum WorkerCommand {
    case hello
    case ping(Ping)
    case execute(SessionLife, mayCreate: Bool, execution: Int)
    case stop(SessionLife, EndCause)
    case describe(SessionLife)
}

/// What a worker answers.
enum WorkerReply {
    case sessions([SessionLife])
    case pong(PingAnswer)
    case ran
    case gone(EndCause?)
    case full
    case stale
    case done
    case described(isThere: Bool)
    /// The session ended while this ran, or before it could be told what became of it.
    case failed
}
