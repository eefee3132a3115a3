import Glibc
import Testing
import Transport
import transport_peer

extension Sockets {
    /// Who is let in over TLS, and who is not.
    @Suite struct TLSTests {
        /// Demands that nothing of `post` arrives, and that a member of the cluster still gets through.
        private func expectRefusal(of post: any Post, at address: (any Inbox) -> String) async throws {
            let member = NNGTransport(identity: try Certificates.forThisRun().node)
            let inbox = try await member.openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
            async let received = inbox.receive()
            let refused = try await post.openOutbox(to: address(inbox))
            await expectFailure(.timedOut) { try await refused.send([1], timeout: .milliseconds(300)) }
            let welcome = try await member.openOutbox(to: inbox.address)
            try await welcome.send([2], timeout: .seconds(10))
            #expect(try await received == [2])
            await refused.close()
            await welcome.close()
        }

        // libnng 1.5.2 stalls here now and then, when the machine is slow.
        @Test(
            "Many questions in flight all get their own answers over TLS",
            .enabled(if: Medium.isTLSEverywhere)
        )
        func manyQuestions() async throws {
            let post = try Medium.tls.post()
            let answerer = try await Answerer(post, at: Medium.tls.anyAddress) { _ in }
            let asker = try await Asker(post, inboxAt: Medium.tls.anyAddress, peer: answerer.address)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { await answerer.answerQuestions() } }
                group.addTask { await asker.deliverAnswers() }
                try await withThrowingTaskGroup(of: Void.self) { questions in
                    for index in 0..<200 {
                        questions.addTask {
                            let payload = [UInt8](repeating: UInt8(index), count: index * 100)
                            let reply = try await asker.ask(payload, within: .seconds(20))
                            #expect(reply == payload)
                        }
                    }
                    try await questions.waitForAll()
                }
                group.cancelAll()
            }
        }

        @Test("A client with a certificate of another authority is refused")
        func stranger() async throws {
            let certificates = try Certificates.forThisRun()
            try await expectRefusal(of: NNGTransport(identity: certificates.stranger)) { $0.address }
        }

        @Test("A client that wants a peer of another name does not talk to this one")
        func anotherName() async throws {
            let certificates = try Certificates.forThisRun()
            try await expectRefusal(of: NNGTransport(identity: certificates.picky)) { $0.address }
        }

        @Test("A client that wants a peer of the right name talks to it")
        func rightName() async throws {
            let certificates = try Certificates.forThisRun()
            let identity = TLSIdentity(
                directory: certificates.directory,
                name: "node",
                peerName: "node.cloister"
            )
            let post = NNGTransport(identity: identity)
            let inbox = try await post.openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
            let outbox = try await post.openOutbox(to: inbox.address)
            async let received = inbox.receive()
            try await outbox.send([1], timeout: .seconds(10))
            #expect(try await received == [1])
        }

        @Test("A client without TLS is refused")
        func plainClient() async throws {
            try await expectRefusal(of: NNGTransport()) { inbox in
                inbox.address.replacing(prefix: "tls+tcp", with: "tcp")
            }
        }

        @Test("A client without certificate is refused")
        func clientWithoutCertificate() async throws {
            let member = NNGTransport(identity: try Certificates.forThisRun().node)
            let inbox = try await member.openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 100)
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
            async let received = inbox.receive()
            let outbox = try await member.openOutbox(to: inbox.address)
            try await outbox.send([2], timeout: .seconds(10))
            #expect(try await received == [2])
        }
    }
}

extension String {
    fileprivate func replacing(prefix: String, with replacement: String) -> String {
        hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : self
    }
}
