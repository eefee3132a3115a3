import Testing
import Transport

extension Sockets {
    @Suite struct AddressPolicyTests {
        @Test("Plain TCP to or from another machine is refused, with and without an identity")
        func plainTCP() async throws {
            let posts: [any Post] = [
                NNGTransport(), try Certificates.forThisRun().member(), InMemoryTransport(),
            ]
            for post in posts {
                for address in ["tcp://0.0.0.0:0", "tcp://10.1.2.3:4711", "tcp://worker.example.com:4711"] {
                    await expectFailure(.insecureAddress) {
                        try await post.openInbox(at: address, maximumMessageSize: 1)
                    }
                    await expectFailure(.insecureAddress) { try await post.openOutbox(to: address) }
                }
            }
        }

        @Test("TLS without an identity is refused")
        func tlsWithoutIdentity() async {
            let posts: [any Post] = [NNGTransport(), InMemoryTransport(hasIdentity: false)]
            for post in posts {
                await expectFailure(.insecureAddress) {
                    try await post.openInbox(at: "tls+tcp://127.0.0.1:0", maximumMessageSize: 1)
                }
                await expectFailure(.insecureAddress) {
                    try await post.openOutbox(to: "tls+tcp://127.0.0.1:4711")
                }
            }
        }

        @Test(
            "Nobody can be sent to at port 0 or at a wildcard",
            arguments: ["tcp://127.0.0.1:0", "tls+tcp://0.0.0.0:1", "tls+tcp://[::]:1", "nonsense"]
        )
        func noDestination(address: String) async throws {
            let posts: [any Post] = [try Certificates.forThisRun().member(), InMemoryTransport()]
            for post in posts {
                await expectFailure(.invalidAddress) { try await post.openOutbox(to: address) }
            }
        }

        @Test("A certificate, key or authority that cannot be read is named in the error")
        func brokenIdentity() async throws {
            let good = try Certificates.forThisRun().node
            let broken = [
                TLSIdentity(certificate: "junk", key: good.key, authority: good.authority),
                TLSIdentity(certificate: good.certificate, key: "", authority: good.authority),
                TLSIdentity(certificate: good.certificate, key: good.key, authority: "junk"),
                TLSIdentity(
                    certificate: good.certificate,
                    key: try Certificates.forThisRun().stranger.key,
                    authority: good.authority
                ),
            ]
            let credentials = try TLSCredentials(good)
            for identity in broken {
                await expectFailure(.invalidIdentity) { try TLSCredentials(identity) }
                await expectFailure(.invalidIdentity) { try credentials.replace(with: identity) }
            }
        }
    }
}
