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
            // A connection through TLS has three more ends in this process than one without.
            await expectDescriptors(atMost: before + (medium == .tls ? 7 : 4))
        }

        @Test(
            "An inbox lets newcomers in again after peers that died in the greeting",
            arguments: [Medium.tcp, .ipc]
        )
        func deathInGreeting(medium: Medium) async throws {
            var limits = NNGTransport.Limits()
            limits.listenerCheck = .milliseconds(100)
            limits.listenerPatience = .milliseconds(500)
            let post = NNGTransport(limits: limits)
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 1_000)
            for _ in 0..<200 { knock(at: try Address(inbox.address)) }
            let newcomer = try await post.openOutbox(to: inbox.address)
            // libnng lets newcomers believe that they are connected; what they send until they are is lost.
            #expect(try await firstArrival(at: inbox, of: [7], sentAgainAndAgainBy: newcomer) == [7])
            await newcomer.close()
        }

        @Test(
            "An outbox connects to a peer that hung up on it in the greeting, when that is back",
            arguments: [Medium.tcp, .ipc]
        )
        func hangUpInGreeting(medium: Medium) async throws {
            let address = medium.knownAddress
            let rude = try RudeListener(at: Address(address))
            var limits = NNGTransport.Limits()
            limits.redialAfter = .milliseconds(300)
            let post = NNGTransport(limits: limits)
            let outbox = try await post.openOutbox(to: address)
            await rude.hangUp(times: 3)
            let inbox = try await post.openInbox(at: address, maximumMessageSize: 1_000)
            #expect(try await firstArrival(at: inbox, of: [8], sentAgainAndAgainBy: outbox) == [8])
            await outbox.close()
        }

        private func firstArrival(
            at inbox: any Inbox,
            of message: [UInt8],
            sentAgainAndAgainBy outbox: any Outbox
        ) async throws -> [UInt8]? {
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask { try await inbox.receive() }
                group.addTask {
                    while !Task.isCancelled {
                        try? await outbox.send(message, timeout: .milliseconds(100))
                        try? await Task.sleep(for: .milliseconds(10))
                    }
                    return []
                }
                defer { group.cancelAll() }
                return try await group.next()
            }
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
