import Synchronization
import Testing
import Transport
import transport_peer

extension Sockets {
    /// Who is let in over TLS, who is not, and what is told about it.
    @Suite struct TLSTests {
        /// A post and what it told.
        private final class Witness: Sendable {
            private let told = Mutex([TLSRefusal]())

            var refusals: [TLSRefusal] { told.withLock { $0 } }

            func post(_ identity: TLSIdentity) throws -> NNGTransport {
                NNGTransport(credentials: try TLSCredentials(identity), limits: .brisk) { [self] refusal in
                    told.withLock { $0.append(refusal) }
                }
            }

            /// Waits until a sentence with these words was told.
            func hears(_ words: String) async -> Bool {
                let deadline = ContinuousClock.now + .seconds(10)
                while ContinuousClock.now < deadline {
                    if refusals.contains(where: { $0.sentence.contains(words) }) { return true }
                    try? await Task.sleep(for: .milliseconds(10))
                }
                return false
            }
        }

        /// Demands that nothing of `post` arrives, and that a member of the cluster still gets through.
        ///
        /// - Returns: what the inbox's node told.
        private func expectRefusal(
            of post: any Post,
            by identity: TLSIdentity? = nil,
            at address: (any Inbox) -> String = \.address
        ) async throws -> Witness {
            let certificates = try Certificates.forThisRun()
            let witness = Witness()
            let inbox = try await witness.post(identity ?? certificates.node)
                .openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
            let refused = try await post.openOutbox(to: address(inbox))
            await expectFailure(.timedOut) { try await refused.send([1], timeout: .milliseconds(300)) }
            await refused.close()
            guard identity == nil else { return witness }
            async let received = inbox.receive()
            let welcome = try await certificates.member().openOutbox(to: inbox.address)
            try await welcome.send([2], timeout: .seconds(10))
            #expect(try await received == [2])
            await welcome.close()
            return witness
        }

        @Test("A client with a certificate of another authority is refused, and both sides say so")
        func stranger() async throws {
            let stranger = Witness()
            let certificates = try Certificates.forThisRun()
            let gullible = certificates.identity("stranger", believing: ["authority", "stranger"])
            let member = try await expectRefusal(of: stranger.post(gullible))
            #expect(await member.hears("The certificate of 127.0.0.1 is not from an authority"))
            #expect(await stranger.hears("127.0.0.1 refused this node's certificate"))
            // It knocked again and again, and was told once.
            #expect(member.refusals.count == 1)
            #expect(member.refusals.first?.side == .called)
        }

        @Test("A server with a certificate of another authority is not talked to, and both sides say so")
        func strangeServer() async throws {
            let member = Witness()
            let certificates = try Certificates.forThisRun()
            let gullible = certificates.identity("stranger", believing: ["authority", "stranger"])
            let stranger = try await expectRefusal(of: member.post(certificates.node), by: gullible)
            #expect(await member.hears("The certificate of 127.0.0.1 is not from an authority"))
            #expect(await stranger.hears("127.0.0.1 refused this node's certificate"))
        }

        @Test("A server whose certificate is for another host is not talked to, and both sides say so")
        func wrongHost() async throws {
            let member = Witness()
            let certificates = try Certificates.forThisRun()
            for host in ["127.0.0.1", "localhost"] {
                let elsewhere = try await expectRefusal(
                    of: member.post(certificates.node),
                    by: certificates.elsewhere
                ) { $0.address.replacingOnce("127.0.0.1", with: host) }
                #expect(await member.hears("The certificate of \(host) is not for this name"))
                _ = elsewhere
            }
        }

        @Test(
            "A node may be called by every name and address of its certificate",
            arguments: ["localhost", "127.0.0.1"]
        )
        func rightName(host: String) async throws {
            let post = try Certificates.forThisRun().member()
            let inbox = try await post.openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
            let address = inbox.address.replacingOnce("127.0.0.1", with: host)
            let outbox = try await post.openOutbox(to: address)
            #expect(outbox.address == address)
            async let received = inbox.receive()
            try await outbox.send([1], timeout: .seconds(10))
            #expect(try await received == [1])
            await outbox.close()
        }

        @Test("A client without TLS is refused, and is told apart")
        func plainClient() async throws {
            let member = try await expectRefusal(of: NNGTransport()) {
                $0.address.replacingOnce("tls+tcp", with: "tcp")
            }
            #expect(await member.hears("does not speak TLS"))
        }

        @Test("A client without certificate is refused, and is told what it lacks")
        func clientWithoutCertificate() async throws {
            let member = Witness()
            let certificates = try Certificates.forThisRun()
            let inbox = try await member.post(certificates.node)
                .openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
            let host = try Address(inbox.address)
            // The transport cannot be made to go without a certificate, so openssl is the client. It must
            // find the connection shut by an alert; an accepted client waits for its input to end.
            for arguments in [["-tls1_2"], []] {
                let client = try ChildProcess(
                    "/usr/bin/openssl",
                    ["s_client", "-quiet", "-no_ign_eof", "-connect", "127.0.0.1:\(host.port ?? 0)"]
                        + arguments
                )
                #expect(await client.exitStatus() != 0)
            }
            #expect(await member.hears("showed no certificate"))
            async let received = inbox.receive()
            let outbox = try await certificates.member().openOutbox(to: inbox.address)
            try await outbox.send([2], timeout: .seconds(10))
            #expect(try await received == [2])
            await outbox.close()
        }

        @Test("A certificate and then an authority are replaced while a connection lives on")
        func rotation() async throws {
            let certificates = try Certificates.forThisRun()
            let serving = try TLSCredentials(certificates.node)
            let calling = try TLSCredentials(certificates.node)
            let inbox = try await NNGTransport(credentials: serving)
                .openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
            let caller = NNGTransport(credentials: calling)
            func isHeard(_ outbox: any Outbox, _ byte: UInt8) async throws {
                async let received = inbox.receive()
                try await outbox.send([byte], timeout: .seconds(10))
                #expect(try await received == [byte])
            }
            let first = try await caller.openOutbox(to: inbox.address)
            try await isHeard(first, 1)
            let steps: [(TLSCredentials, String, [String])] = [
                (serving, "renewed", ["authority"]), (calling, "renewed", ["authority"]),
                // To another authority: first everybody believes both, then certificates change, then the old one goes.
                (serving, "renewed", ["authority", "next"]), (calling, "renewed", ["authority", "next"]),
                (serving, "later", ["authority", "next"]), (calling, "later", ["authority", "next"]),
                (serving, "later", ["next"]), (calling, "later", ["next"]),
            ]
            for (step, (credentials, name, authorities)) in steps.enumerated() {
                try credentials.replace(with: certificates.identity(name, believing: authorities))
                try await isHeard(first, UInt8(step))
                let newcomer = try await caller.openOutbox(to: inbox.address)
                try await isHeard(newcomer, UInt8(100 + step))
                await newcomer.close()
            }
            let old = try await certificates.member().openOutbox(to: inbox.address)
            await expectFailure(.timedOut) { try await old.send([9], timeout: .milliseconds(300)) }
            await old.close()
            try await isHeard(first, 99)
            await first.close()
        }
    }
}

extension String {
    fileprivate func replacingOnce(_ part: String, with replacement: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return replacingCharacters(in: range, with: replacement)
    }

    private func firstRange(of part: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }

    private func replacingCharacters(in range: Range<Index>, with replacement: String) -> String {
        self[..<range.lowerBound] + replacement + self[range.upperBound...]
    }
}
