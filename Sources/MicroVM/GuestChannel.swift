internal import Domain
internal import NIOCore
internal import NIOPosix
internal import Wire

/// The frames to and from the agent in one guest.
///
/// The guest is hostile: a frame over the limit or one that cannot be read ends the channel, and
/// from a guest that floods no more is read than somebody takes. The actor runs on its channel's
/// event loop.
actor GuestChannel {
    /// From how many waiting bytes on nothing more is read.
    ///
    /// The rest stays in the socket, and then in the guest. One frame and one read may go beyond it.
    static let waitingBytesMax = 1 << 20
    /// How many bytes wait for the guest at most.
    static let backlogBytesMax = 2 * WireLimits.frameBytes

    private let channel: any Channel
    private let inbox: Inbox<GuestFrame>
    private var backlogBytes = 0
    private var end: MicroVMError?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        channel.eventLoop.executor.asUnownedSerialExecutor()
    }

    private init(channel: any Channel) {
        self.channel = channel
        inbox = Inbox(
            on: channel.eventLoop,
            capacity: Self.waitingBytesMax,
            overflow: .producerWaits,
            cost: \.waitingBytes
        )
    }

    /// Takes over a connected socket.
    ///
    /// - Parameters:
    ///   - socket: the socket; it is closed in any case.
    ///   - group: where the conversation is carried on.
    /// - Returns: the channel.
    /// - Throws: `launchFailed` when the socket is of no use.
    static func connect(
        _ socket: consuming OwnedDescriptor,
        on group: any EventLoopGroup
    ) async throws(MicroVMError) -> GuestChannel {
        let bootstrap = ClientBootstrap(group: group).channelOption(ChannelOptions.autoRead, value: false)
        do {
            return try await bootstrap.withConnectedSocket(socket.take()) { channel in
                let guest = GuestChannel(channel: channel)
                return channel.eventLoop.makeCompletedFuture {
                    let handler = GuestChannelHandler(guest: guest, inbox: guest.inbox)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    guest.inbox.assumeIsolated { $0.whenRoom { channel.read() } }
                    return guest
                }
            }
        } catch {
            throw MicroVMError(.launchFailed, "The guest's socket could not be used: \(error).")
        }
    }

    /// Sends a frame; returns when the socket has taken it.
    ///
    /// A frame whose deadline passes may still reach the guest.
    ///
    /// - Parameters:
    ///   - frame: what to tell the agent.
    ///   - deadline: when to give up.
    /// - Throws: `deadlineExceeded`, `guestBacklog` when too much waits already, or why the channel
    ///   ended.
    func send(_ frame: HostFrame, by deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        if let end { throw end }
        let bytes = frame.encoded()
        guard bytes.count <= WireLimits.frameBytes + 4 else {
            throw MicroVMError(.guestBacklog, "A frame of \(bytes.count) bytes is over the limit.")
        }
        guard backlogBytes + bytes.count <= Self.backlogBytesMax else {
            throw MicroVMError(.guestBacklog, "The guest does not read what it is sent.")
        }
        backlogBytes += bytes.count
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in
            self.assumeIsolated { $0.backlogBytes -= bytes.count }
        }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: written)
        try await written.futureResult.value(by: deadline, "The sending to the guest")
    }

    /// Takes the next frame; one task at a time.
    ///
    /// - Parameter deadline: when to give up; nil for a task whose work is to watch.
    /// - Returns: the frame, or nil when the channel has ended.
    /// - Throws: `deadlineExceeded` or `cancelled`.
    nonisolated func next(by deadline: ContinuousClock.Instant?) async throws(MicroVMError) -> GuestFrame? {
        try await inbox.next(by: deadline)
    }

    /// Why the channel ended; nil while it has not.
    var endReason: MicroVMError? { end }

    /// The future that is fulfilled when the socket is closed.
    nonisolated var closed: EventLoopFuture<Void> { channel.closeFuture }

    /// Ends the channel.
    func close() {
        channel.close(promise: nil)
    }

    fileprivate func finish(_ reason: MicroVMError) {
        guard end == nil else { return }
        end = reason
        inbox.assumeIsolated { $0.finish() }
    }
}

extension GuestFrame {
    /// What a waiting frame costs, in bytes, to the nearest useful accuracy.
    fileprivate var waitingBytes: Int {
        switch self {
        case .event(_, let event): event.byteCount + 128
        case .trouble(let text): text.utf8.count + 128
        case .file(_, .content(_, let bytes)): bytes.count + 128
        case .terminal(_, .output(let bytes)): bytes.count + 128
        case .file(_, .files(let list)): list.files.count * 256 + 128
        default: 128
        }
    }
}

/// Cuts the guest's bytes into frames and reads only while somebody takes them.
private final class GuestChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let guest: GuestChannel
    private let inbox: Inbox<GuestFrame>
    private var splitter = FrameSplitter()

    init(guest: GuestChannel, inbox: Inbox<GuestFrame>) {
        self.guest = guest
        self.inbox = inbox
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        splitter.append(unwrapInboundIn(data).readableBytesView)
        do throws(WireError) {
            while let bytes = try splitter.next() {
                let frame = try GuestFrame(decoding: bytes)
                inbox.assumeIsolated { $0.put(frame) }
            }
        } catch {
            finish(MicroVMError(.guestGarbage, "The guest sent what is no frame: \(error)"))
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !inbox.assumeIsolated({ $0.isFull }) { context.read() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(MicroVMError(.machineDied, "QEMU ended or closed the guest's port."))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(MicroVMError(.machineDied, "The guest's socket failed: \(error)."))
        context.close(promise: nil)
    }

    private func finish(_ reason: MicroVMError) {
        guest.assumeIsolated { $0.finish(reason) }
    }
}
