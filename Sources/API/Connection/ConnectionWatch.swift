internal import EventLoops
internal import NIOCore

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
