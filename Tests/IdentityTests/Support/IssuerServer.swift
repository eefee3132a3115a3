import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization

/// An issuer's server on a real port of this machine, whose answers a test sets.
final class IssuerServer: Sendable {
    private struct Answers {
        var answers: [String: @Sendable () -> Response] = [:]
        var asked: [String: Int] = [:]
    }

    let url: String
    private let answers: Mutex<Answers>

    private init(url: String) {
        self.url = url
        answers = Mutex(Answers())
    }

    /// Runs a server, with TLS if it is given a certificate.
    static func with<Value: Sendable>(
        certificate: (certificate: String, key: String)? = nil,
        _ body: @Sendable (IssuerServer) async throws -> Value
    ) async throws -> Value {
        let router = Router()
        let (servers, found) = AsyncStream.makeStream(of: IssuerServer.self)
        let current = Box()
        router.get("**") { request, _ in
            current.server?.answer(request.uri.path) ?? Response(status: .notFound)
        }
        var builder = HTTPServerBuilder.http1()
        if let certificate {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.certificate)
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
            )
            builder = try .tls(builder, tlsConfiguration: configuration)
        }
        let scheme = certificate == nil ? "http" : "https"
        let logger = Logger(label: "issuer") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            router: router,
            server: builder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                let server = IssuerServer(url: "\(scheme)://127.0.0.1:\(channel.localAddress?.port ?? 0)")
                current.set(server)
                found.yield(server)
                found.finish()
            },
            logger: logger
        )
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = servers.makeAsyncIterator()
            guard let server = await iterator.next() else { throw CancellationError() }
            let result: Result<Value, any Error>
            do { result = .success(try await body(server)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    private final class Box: Sendable {
        private let held = Mutex<IssuerServer?>(nil)

        var server: IssuerServer? { held.withLock { $0 } }
        func set(_ server: IssuerServer) { held.withLock { $0 = server } }
    }

    /// How often a path was asked for.
    func asked(_ path: String) -> Int { answers.withLock { $0.asked[path] ?? 0 } }

    /// Sets the answer of a path.
    func set(_ path: String, _ answer: @escaping @Sendable () -> Response) {
        answers.withLock { $0.answers[path] = answer }
    }

    /// Sets the answer of a path to JSON.
    func set(_ path: String, json: [String: Any]) throws {
        let data = try JSONSerialization.data(withJSONObject: json)
        set(path) { Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))) }
    }

    /// Publishes keys the way an issuer does.
    func publish(_ forges: [TokenForge]) throws {
        try set("/.well-known/openid-configuration", json: ["issuer": url, "jwks_uri": url + "/keys"])
        try set("/keys", json: ["keys": try forges.map { try $0.published() }])
    }

    private func answer(_ path: String) -> Response? {
        answers.withLock { answers in
            answers.asked[path, default: 0] += 1
            return answers.answers[path]
        }?()
    }
}
