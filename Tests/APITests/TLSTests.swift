import API
import AsyncHTTPClient
import Domain
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TLSTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Asks `/healthz` over TLS.
    private func health(
        _ server: RunningServer,
        _ certificates: TestCertificates,
        change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> Int {
        try await get("/healthz", server, certificates, change: change).status
    }

    private func get(
        _ path: String,
        _ server: RunningServer,
        _ certificates: TestCertificates,
        change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> (status: Int, text: String) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(certificates.authority)
        change(&tls)
        let http = HTTPClient(
            configuration: .init(tlsConfiguration: tls, timeout: .init(connect: .seconds(30)))
        )
        do {
            var request = HTTPClientRequest(url: "https://127.0.0.1:\(server.port)\(path)")
            request.headers.add(name: "Authorization", value: "Bearer \(RunningServer.key)")
            let answer = try await http.execute(request, timeout: .seconds(10))
            let body = try await answer.body.collect(upTo: 1 << 20)
            try await http.shutdown()
            return (Int(answer.status.code), String(buffer: body))
        } catch {
            try await http.shutdown()
            throw error
        }
    }

    @Test func `With a certificate the port speaks TLS 1.2 and 1.3, nothing older and nothing in the clear`()
        async throws
    {
        let certificates = try await TestCertificates()
        let files = try await certificates.issue("server")
        let certificate = try ServerCertificate(
            certificateFile: files.certificate,
            keyFile: files.key,
            logger: logger
        )
        try await RunningServer.with(certificate: certificate) { server in
            let status = try await health(server, certificates)
            #expect(status == 200)
            #expect(try await health(server, certificates) { $0.maximumTLSVersion = .tlsv12 } == 200)
            #expect(try await health(server, certificates) { $0.minimumTLSVersion = .tlsv13 } == 200)
            await #expect(throws: (any Error).self) {
                try await health(server, certificates) {
                    $0.minimumTLSVersion = .tlsv1
                    $0.maximumTLSVersion = .tlsv11
                }
            }
            await #expect(throws: (any Error).self) {
                try await health(server, certificates) { $0.trustRoots = .default }
            }
            let clear = try? await server.exchange(
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            #expect(clear?.contains("200") != true)
        }
    }

    /// Tells of the first bytes that arrive, and asks for no more from then on.
    private final class ReadsOnce: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let arrived: EventLoopPromise<Void>

        init(_ arrived: EventLoopPromise<Void>) { self.arrived = arrived }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.channel.setOption(.autoRead, value: false).cascade(to: arrived)
        }

        func channelInactive(context: ChannelHandlerContext) { arrived.fail(ChannelError.eof) }
    }

    @Test func `A server that stops does not wait for clients that keep a connection and read nothing`()
        async throws
    {
        let certificates = try await TestCertificates()
        let files = try await certificates.issue("server")
        let certificate = try ServerCertificate(
            certificateFile: files.certificate,
            keyFile: files.key,
            logger: logger
        )
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(certificates.authority)
        let context = try NIOSSLContext(configuration: tls)
        let (began, idle) = try await RunningServer.with(certificate: certificate) { server in
            let loop = MultiThreadedEventLoopGroup.singleton.any()
            let arrived = loop.makePromise(of: Void.self)
            let idle = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            NIOSSLClientHandler(context: context, serverHostname: nil),
                            ReadsOnce(arrived)
                        )
                    }
                }
                .connect(host: "127.0.0.1", port: server.port).get()
            try await idle.writeAndFlush(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"))
            try await arrived.futureResult.get()
            return (ContinuousClock.now, idle)
        }
        #expect(began.duration(to: .now) < .seconds(3))
        try? await idle.close()
    }

    @Test func `Links of a server that speaks TLS do, too: they carry the key`() async throws {
        let certificates = try await TestCertificates()
        let files = try await certificates.issue("server")
        let certificate = try ServerCertificate(
            certificateFile: files.certificate,
            keyFile: files.key,
            logger: logger
        )
        let sessions = try (0..<301).map { try SessionTests.description("session-\($0)") }
        try await RunningServer.with(ScriptedDispatch(sessions: sessions), certificate: certificate) {
            server in
            let page = try await get(
                "/pools/python/listSessions?\(SessionTests.version)",
                server,
                certificates
            )
            #expect(page.text.contains(#""nextLink":"https:"#), "\(page.status)")
        }
    }

    @Test func `A renewed certificate serves without a restart, and one that does not do changes nothing`()
        async throws
    {
        let certificates = try await TestCertificates()
        let stranger = try await TestCertificates()
        let files = try await certificates.issue("server")
        let certificate = try ServerCertificate(
            certificateFile: files.certificate,
            keyFile: files.key,
            logger: logger
        )
        try await RunningServer.with(certificate: certificate) { server in
            #expect(try await health(server, certificates) == 200)
            await #expect(throws: (any Error).self) { try await health(server, stranger) }
            let other = try await stranger.issue("server")
            try replace(files.certificate, with: other.certificate)
            // The key is not that of the new certificate yet.
            await certificate.reload()
            #expect(try await health(server, certificates) == 200)
            try replace(files.key, with: other.key)
            await certificate.reload()
            #expect(try await health(server, stranger) == 200)
            await #expect(throws: (any Error).self) { try await health(server, certificates) }
        }
    }

    @Test func `Files that do not do keep the server from starting, with a sentence`() async throws {
        let certificates = try await TestCertificates()
        let (one, two) = (try await certificates.issue("one"), try await certificates.issue("two"))
        for (certificate, key) in [
            (one.certificate, two.key), (one.certificate, "/nonexistent"), ("/nonexistent", one.key),
            (one.key, one.key),
        ] {
            let failure = #expect(throws: Failure.self) {
                try ServerCertificate(certificateFile: certificate, keyFile: key, logger: logger)
            }
            #expect(failure?.code == .invalidConfiguration)
            #expect(failure?.message.contains(certificate) == true)
        }
    }

    private func replace(_ path: String, with other: String) throws {
        try Data(contentsOf: URL(filePath: other)).write(to: URL(filePath: path))
    }
}
