import NIOCore
import NIOPosix

/// A plain connection to a server, for requests that no proper client would send.
struct RawConnection {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let channel: any Channel
    private var received = ""

    /// Connects, does something and closes the connection.
    static func with<Value>(
        port: Int,
        receiveBuffer: Int? = nil,
        _ body: (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
        }
        let connected =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await connected.executeThenClose { inbound, outbound in
            var connection = RawConnection(
                outbound: outbound,
                inbound: inbound.makeAsyncIterator(),
                channel: connected.channel
            )
            return try await body(&connection)
        }
    }

    /// Sends text as it is.
    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Tells the server that nothing more comes, but goes on listening.
    func finishSending() { outbound.finish() }

    /// Reads until the text ends with something; nil when the connection ends before.
    mutating func read(until ending: String) async throws -> String? {
        while !received.hasSuffix(ending) {
            guard let buffer = try await inbound.next(isolation: #isolation) else { return nil }
            received += String(buffer: buffer)
        }
        defer { received = "" }
        return received
    }

    /// Reads what has come; nil when the connection has ended.
    mutating func readSome() async throws -> String? {
        try await inbound.next(isolation: #isolation).map { String(buffer: $0) }
    }

    /// Reads whatever comes until the server closes.
    mutating func readToEnd() async throws -> String {
        while let buffer = try await inbound.next(isolation: #isolation) {
            received += String(buffer: buffer)
        }
        return received
    }
}

extension RunningServer {
    /// The lines of a request's head that every request here needs.
    static let raw = "Host: test\r\nAuthorization: Bearer \(key)\r\n"

    /// Sends one request as text on a connection of its own and reads all that comes back.
    func exchange(_ text: String) async throws -> String {
        try await RawConnection.with(port: port) { connection in
            try await connection.send(text)
            return try await connection.readToEnd()
        }
    }
}
