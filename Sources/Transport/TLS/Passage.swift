internal import NIOCore

/// One of two connections of one event loop whose bytes go from each to the other, at the pace of the slower.
final class Passage: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the library may take for its greeting.
    private static let greetingPatience: TimeAmount = .seconds(5)

    private let isOfLibrary: Bool
    private var partner: Passage?
    private var context: ChannelHandlerContext?
    /// What came before there was a partner: one read at most, as no further one is begun.
    private var early: [ByteBuffer] = []
    private var isReadHeld = false
    private var hasRead = false
    private var isEnding = false

    /// Makes one end.
    ///
    /// - Parameter isOfLibrary: whether libnng is there: it takes an error while it sends its greeting for the end
    ///   of its socket and never connects or accepts again, so its greeting is read whatever happens.
    init(isOfLibrary: Bool) { self.isOfLibrary = isOfLibrary }

    /// Joins two connections.
    static func couple(_ first: Passage, _ second: Passage) {
        (first.partner, second.partner) = (second, first)
        first.begin()
        second.begin()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        hasRead = true
        guard !isEnding else { return context.close(promise: nil) }
        guard let partner else { return early.append(bytes) }
        partner.write(bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.context?.flush()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.readHeld() }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        let isGreetingMissing = isOfLibrary && !hasRead
        if isGreetingMissing || partner?.context?.channel.isWritable == true {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    // Whatever broke: the library at the ends connects anew.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func begin() {
        for bytes in early { partner?.write(bytes) }
        early = []
        partner?.context?.flush()
        readHeld()
    }

    private func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    private func readHeld() {
        guard isReadHeld, let context else { return }
        isReadHeld = false
        read(context: context)
    }

    /// Closes the connection, as soon as that does the library no harm.
    func close() {
        guard let context, isOfLibrary, !hasRead else {
            context?.close(promise: nil)
            return
        }
        isEnding = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.greetingPatience) { [self] in
            self.context?.close(promise: nil)
        }
    }

    private func end() {
        let other = partner
        (context, partner, early) = (nil, nil, [])
        other?.partner = nil
        other?.close()
    }
}
