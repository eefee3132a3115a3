internal import NIOCore

/// Notices on a connection that its client went away, for the request that is being served on it.
///
/// Hummingbird's `consumeWithCancellationOnInboundClose` does this too, but gives the connection up with
/// every request: the next execution would have to connect again, and a client that does not expect that
/// loses a request now and then. This handler looks at the connection's events and takes nothing away.
/// It lives on the connection's event loop and is never used elsewhere.
final class DisconnectWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var isGone = false
    // HTTP/1.1 serves one request of a connection at a time, so there is at most one that waits.
    private var waiting: AsyncStream<Never>.Continuation?

    /// Has a stream finished when the client goes away, at once if it is gone already.
    func arm(_ continuation: AsyncStream<Never>.Continuation) {
        if isGone { continuation.finish() } else { waiting = continuation }
    }

    /// Forgets the stream.
    func disarm() { waiting = nil }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { noticeDisconnect() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        noticeDisconnect()
        context.fireChannelInactive()
    }

    private func noticeDisconnect() {
        isGone = true
        waiting?.finish()
        waiting = nil
    }
}
