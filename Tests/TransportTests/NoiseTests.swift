import Glibc
import Testing
import Transport
import transport_peer

extension Sockets {
    /// Connections that do not speak the protocol.
    @Suite struct NoiseTests {
        @Test(
            "Garbage, silence and broken-off connections at the port disturb nobody",
            arguments: [Medium.tcp, .tls]
        )
        func noise(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 1_000)
            let outbox = try await post.openOutbox(to: inbox.address)
            let port = try Address(inbox.address).port ?? 0
            let greeting: [UInt8] = [0, 0x53, 0x50, 0, 0, 0x50, 0, 0]
            let noises: [[UInt8]] = [
                [], [0], Array("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 0xFF, count: 10_000),
                greeting,
                // A push socket's greeting, then a length beyond every limit.
                greeting + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3],
                // The same with a message that never comes to its end.
                greeting + [0, 0, 0, 0, 0, 0, 0, 100, 1, 2, 3],
                // A publisher's greeting: the wrong protocol.
                [0, 0x53, 0x50, 0, 0, 0x20, 0, 0], [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3],
            ]
            let before = openDescriptors()
            var open: [Int32] = []
            for round in 0..<6 {
                for noise in noises { open.append(connect(port: port, sending: noise)) }
                async let received = inbox.receive()
                let message = [UInt8](repeating: UInt8(round), count: 10)
                try await outbox.send(message, timeout: .seconds(10))
                #expect(try await received == message)
                if round.isMultiple(of: 2) { closeAll(&open) }
            }
            // A new peer gets in while the noisy ones hold their connections.
            let newcomer = try await post.openOutbox(to: inbox.address)
            async let received = inbox.receive()
            try await newcomer.send([7], timeout: .seconds(10))
            #expect(try await received == [7])
            await newcomer.close()
            closeAll(&open)
            await expectDescriptors(atMost: before + 4)
        }

        private func closeAll(_ descriptors: inout [Int32]) {
            for descriptor in descriptors { close(descriptor) }
            descriptors = []
        }

        private func connect(port: UInt16, sending bytes: [UInt8]) -> Int32 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            #expect(withLoopback(port: port) { Glibc.connect(descriptor, $0, $1) } == 0)
            _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            return descriptor
        }
    }
}
