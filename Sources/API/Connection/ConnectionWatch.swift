internal import NIOCore
internal import Synchronization

/// Notices on a connection that its client went away, or took too long, for the request that is being served on it.
///
/// Hummingbird's `consumeWithCancellationOnInboundClose` does the former too, but gives the connection up with
/// every request: the next execution would have to connect again, and a client that does not expect that
/// loses a request now and then. This handler looks at the connection's events and takes nothing away.
/// It lives on the connection's event loop; requests meet it in its ``ConnectionState``.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var state = ConnectionState()
    private let interval: TimeAmount
    private var nextLook: Scheduled<Void>?

    /// Makes the watch of one connection.
    ///
    /// - Parameter interval: how often to look for a deadline that has passed; none is nearer when it is set.
    init(interval: Duration) { self.interval = TimeAmount(interval) }

    func handlerAdded(context: ChannelHandlerContext) {
        state = ConnectionState(executor: EventLoopExecutor(context.eventLoop))
        ConnectionState.add(state, of: context.channel)
        look(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { state.clientIsGone() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    private func end(_ context: ChannelHandlerContext) {
        nextLook?.cancel()
        nextLook = nil
        state.clientIsGone()
        ConnectionState.remove(of: context.channel)
    }

    /// Closes the connection when its deadline has passed, and looks again when it may have.
    private func look(_ context: ChannelHandlerContext) {
        let left = state.deadline.map { TimeAmount($0 - .now) } ?? interval
        guard left > .zero else { return context.close(promise: nil) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        nextLook = context.eventLoop.scheduleTask(in: min(left, interval)) {
            let (watch, context) = bound.value
            watch.look(context)
        }
    }
}

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

    fileprivate init(executor: EventLoopExecutor? = nil, isGone: Bool = false) {
        self.executor = executor
        if isGone { clientIsGone() }
    }

    /// The state of a connection; one that is not watched has closed already.
    static func of(_ channel: any Channel) -> ConnectionState {
        all.withLock { $0[ObjectIdentifier(channel)] } ?? ConnectionState(isGone: true)
    }

    fileprivate static func add(_ state: ConnectionState, of channel: any Channel) {
        all.withLock { $0[ObjectIdentifier(channel)] = state }
    }

    fileprivate static func remove(of channel: any Channel) {
        all.withLock { $0[ObjectIdentifier(channel)] = nil }
    }

    /// Whether the client went away.
    var isGone: Bool { facts.withLock { $0.isGone } }

    /// When the connection is to be closed.
    fileprivate var deadline: ContinuousClock.Instant? { facts.withLock { $0.deadline } }

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

    fileprivate func clientIsGone() {
        let action = facts.withLock { facts in
            facts.isGone = true
            return facts.onDisconnect.take()
        }
        action?()
    }
}
