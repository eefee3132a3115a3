import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import API

@Suite struct ConnectionStateTests {
    @Test func `Who waits is told once that the client went away, and who comes later at once`() throws {
        let channel = EmbeddedChannel(handler: ConnectionWatch(interval: .seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let state = ConnectionState.of(channel)
        #expect(!state.isGone)
        let told = Mutex(0)
        state.onDisconnect { told.withLock { $0 += 1 } }
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(told.withLock { $0 } == 1)
        _ = try channel.finish()
        #expect(told.withLock { $0 } == 1)
        state.onDisconnect { told.withLock { $0 += 1 } }
        #expect(told.withLock { $0 } == 2)
    }

    @Test func `A connection that has closed before its request is served has no client`() throws {
        let channel = EmbeddedChannel(handler: ConnectionWatch(interval: .seconds(60)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        #expect(!ConnectionState.of(channel).isGone)
        _ = try channel.finish()
        #expect(ConnectionState.of(channel).isGone)
    }

    @Test func `Nothing is done for a client that is gone`() async throws {
        let channel = EmbeddedChannel()
        let done = Mutex(0)
        await #expect(throws: CancellationError.self) {
            try await ClientConnection(channel: channel).cancellingOnDisconnect {
                done.withLock { $0 += 1 }
            }
        }
        #expect(done.withLock { $0 } == 0)
    }
}
