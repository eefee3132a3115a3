internal import NIOCore
internal import NIOPosix

/// A conversation with the monitor of one QEMU (QMP: a JSON object on each line).
///
/// The actor runs on its channel's event loop.
package actor QMPClient {
    /// The longest line that is taken from QEMU, in bytes.
    package static let lineBytesMax = 1 << 20
    private static let eventsMax = 64

    private let channel: any Channel
    private let inbox: Inbox<QMPEvent>
    private let greeting: EventLoopPromise<Void>
    private var pending: [Int64: EventLoopPromise<QMPValue>] = [:]
    private var commands: Int64 = 0
    private var end: MicroVMError?

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        channel.eventLoop.executor.asUnownedSerialExecutor()
    }

    private init(channel: any Channel) {
        self.channel = channel
        inbox = Inbox(on: channel.eventLoop, capacity: Self.eventsMax, overflow: .dropsOldest)
        greeting = channel.eventLoop.makePromise()
    }

    /// Takes over a connected socket.
    ///
    /// - Parameters:
    ///   - socket: the socket; it is closed in any case.
    ///   - group: where the conversation is carried on.
    /// - Returns: a client that has not negotiated yet.
    /// - Throws: `launchFailed` when the socket is of no use.
    static func connect(
        _ socket: consuming OwnedDescriptor,
        on group: any EventLoopGroup
    ) async throws(MicroVMError) -> QMPClient {
        do {
            return try await ClientBootstrap(group: group).withConnectedSocket(socket.take()) { channel in
                let client = QMPClient(channel: channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(QMPHandler(client: client))
                    return client
                }
            }
        } catch {
            throw MicroVMError(.launchFailed, "The monitor's socket could not be used: \(error).")
        }
    }

    /// Waits for QEMU's greeting and leaves the mode in which nothing but negotiation is allowed.
    ///
    /// - Parameter deadline: when to give up.
    /// - Throws: `deadlineExceeded`, or why the conversation ended.
    func negotiate(by deadline: ContinuousClock.Instant) async throws(MicroVMError) {
        try await greeting.futureResult.value(by: deadline, "The start of QEMU")
        try await execute("qmp_capabilities", by: deadline)
    }

    /// Gives QEMU a command and waits for the answer.
    ///
    /// - Parameters:
    ///   - name: the command's name.
    ///   - arguments: its arguments.
    ///   - deadline: when to give up.
    /// - Returns: the answer.
    /// - Throws: `commandRefused`, `deadlineExceeded`, `cancelled`, or why the conversation ended.
    @discardableResult
    package func execute(
        _ name: String,
        _ arguments: QMPValue = .null,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) -> QMPValue {
        if let end { throw end }
        commands += 1
        let id = commands
        let line = try QMPMessage.command(name, arguments: arguments, id: id)
        let promise = channel.eventLoop.makePromise(of: QMPValue.self)
        pending[id] = promise
        defer { pending[id] = nil }
        channel.writeAndFlush(ByteBuffer(bytes: line), promise: nil)
        return try await promise.futureResult.value(by: deadline, "QEMU's answer to \(name)")
    }

    /// The next thing that QEMU tells unasked; one task at a time.
    ///
    /// The last 64 are kept for a reader that comes late.
    ///
    /// - Parameter deadline: when to give up; nil for a task whose work is to watch.
    /// - Returns: the event, or nil when QEMU is gone.
    /// - Throws: `deadlineExceeded` or `cancelled`.
    package nonisolated func nextEvent(
        by deadline: ContinuousClock.Instant?
    ) async throws(MicroVMError) -> QMPEvent? {
        try await inbox.next(by: deadline)
    }

    /// Why the conversation ended; nil while it goes on.
    package var endReason: MicroVMError? { end }

    /// The future that is fulfilled when the socket is closed.
    nonisolated var closed: EventLoopFuture<Void> { channel.closeFuture }

    /// Ends the conversation.
    func close() {
        channel.close(promise: nil)
    }

    fileprivate func receive(_ message: QMPMessage) {
        switch message {
        case .greeting: greeting.succeed()
        case .answer(let id, let result): pending[id]?.completeWith(result.mapError { $0 as any Error })
        case .event(let event): inbox.assumeIsolated { $0.put(event) }
        }
    }

    fileprivate func finish(_ reason: MicroVMError) {
        guard end == nil else { return }
        end = reason
        greeting.fail(reason)
        for promise in pending.values { promise.fail(reason) }
        pending = [:]
        inbox.assumeIsolated { $0.finish() }
    }
}

/// Cuts the monitor's bytes into lines and hands their meaning to the client.
private final class QMPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: QMPClient
    private var line: [UInt8] = []

    init(client: QMPClient) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var rest = unwrapInboundIn(data).readableBytesView[...]
        do throws(MicroVMError) {
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                rest = rest[(end + 1)...]
                try deliver()
            }
            line += rest
            try checkLength()
        } catch {
            fail(error, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(MicroVMError(.machineDied, "QEMU ended or closed its monitor."))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(MicroVMError(.machineDied, "QEMU's monitor failed: \(error)."), context)
    }

    private func deliver() throws(MicroVMError) {
        try checkLength()
        defer { line.removeAll(keepingCapacity: line.capacity <= 1 << 16) }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else { return }
        let message = try QMPMessage(line: line)
        client.assumeIsolated { $0.receive(message) }
    }

    private func checkLength() throws(MicroVMError) {
        guard line.count <= QMPClient.lineBytesMax else {
            throw MicroVMError(.monitorGarbage, "A line from QEMU's monitor is over the limit.")
        }
    }

    private func fail(_ error: MicroVMError, _ context: ChannelHandlerContext) {
        finish(error)
        context.close(promise: nil)
    }

    private func finish(_ reason: MicroVMError) {
        client.assumeIsolated { $0.finish(reason) }
    }
}
