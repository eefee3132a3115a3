internal import EventLoops
internal import NIOCore
internal import Synchronization

/// What is known of a connection, for its event loop and for the request that is being served.
///
/// Under a lock and not on the loop: to go there and back twice cost a request more than its own way.
final class ConnectionState: Sendable {
    private struct Facts {
        var isGone = false
        // HTTP/1.1 serves one request of a connection at a time, so there is at most one that waits.
        var onDisconnect: (@Sendable () -> Void)?
        var deadline: ContinuousClock.Instant?
    }

    // One place for all servers of the process: Hummingbird makes a request's context from the channel alone.
    private static let all = Mutex<[ObjectIdentifier: ConnectionState]>([:])

    /// Where its requests are served; nil for anywhere.
    let executor: EventLoopExecutor?
    private let facts = Mutex(Facts())

    init(executor: EventLoopExecutor? = nil, isGone: Bool = false) {
        self.executor = executor
        if isGone { clientIsGone() }
    }

    /// The state of a connection; one that is not watched has closed already.
    static func of(_ channel: any Channel) -> ConnectionState {
        all.withLock { $0[ObjectIdentifier(channel)] } ?? ConnectionState(isGone: true)
    }

    /// Keeps the state of a connection as long as it is open.
    static func add(_ state: ConnectionState, of channel: any Channel) {
        all.withLock { $0[ObjectIdentifier(channel)] = state }
    }

    /// Forgets a connection that has closed.
    static func remove(of channel: any Channel) {
        all.withLock { $0[ObjectIdentifier(channel)] = nil }
    }

    /// Whether the client went away.
    var isGone: Bool { facts.withLock { $0.isGone } }

    /// When the connection is to be closed.
    var deadline: ContinuousClock.Instant? { facts.withLock { $0.deadline } }

    /// Sets until when the client has to have done its part, or that there is no such time any more.
    func expect(by deadline: ContinuousClock.Instant?) { facts.withLock { $0.deadline = deadline } }

    /// Has something done when the client goes away, at once if it is gone already; nil forgets it.
    func onDisconnect(_ action: (@Sendable () -> Void)?) {
        let isGone = facts.withLock { facts in
            facts.onDisconnect = action
            return facts.isGone
        }
        if isGone { action?() }
    }

    /// Notes that the client went away, and has done what is to be done then.
    func clientIsGone() {
        let action = facts.withLock { facts in
            facts.isGone = true
            return facts.onDisconnect.take()
        }
        action?()
    }
}
