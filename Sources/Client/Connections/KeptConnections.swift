internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The connections of a client that measures: as many as it has requests under way on each event loop, and beside them,
/// each for one at a time.
///
/// AsyncHTTPClient does much more, and took a third of the machine that was measured; here a request is written and
/// its answer read, by the same HTTP codec, and nothing else is done.
final class KeptConnections: Sendable {
    /// How long a connection may take to come about.
    private static let connectTimeout = TimeAmount.seconds(10)

    /// The path that all requests begin with.
    private let prefix: String
    private let authority: String
    private let host: String
    private let port: Int
    private let security: NIOSSLContext?
    private let answerLimit: Int
    private let idle = Mutex<[KeptConnection]>([])

    /// Prepares for a server; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - baseURL: where the server is, without a slash at its end.
    ///   - security: what is believed of a server with TLS.
    ///   - answerLimit: the longest answer that is read, in bytes.
    /// - Throws: that the address is none.
    init(baseURL: String, security: TLSConfiguration, answerLimit: Int) throws(ClientError) {
        guard let url = URL(string: baseURL), let scheme = url.scheme?.lowercased(),
            let host = url.host(percentEncoded: false), ["http", "https"].contains(scheme)
        else { throw ClientError(.unreachable, "\(baseURL) is no address of a server.") }
        let isEncrypted = scheme == "https"
        self.host = host.trimmingPrefix("[").description.replacing("]", with: "")
        port = url.port ?? (isEncrypted ? 443 : 80)
        authority = baseURL.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }.description
        prefix = url.path(percentEncoded: true)
        self.answerLimit = answerLimit
        do {
            self.security = isEncrypted ? try NIOSSLContext(configuration: security) : nil
        } catch { throw ClientError(.unreachable, "TLS cannot be used: \(error).") }
    }

    /// Sends a request with a body, and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - path: path and query.
    ///   - headers: what it says beside host and length.
    ///   - body: the body.
    ///   - timeout: how long it may take.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func post(
        _ path: String,
        _ headers: HTTPHeaders,
        _ body: ByteBuffer,
        within timeout: TimeAmount
    ) async throws -> KeptConnection.Answer {
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: prefix + path, headers: headers)
        head.headers.add(name: "Host", value: authority)
        head.headers.add(name: "Content-Length", value: String(body.readableBytes))
        let connection = try await connection()
        let answer = try await connection.ask(head, body, within: timeout)
        if answer.head.isKeepAlive { keep(connection) }
        return answer
    }

    /// Gives idle connections up; a request that is under way keeps its own.
    func close() {
        let connections = idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for connection in connections { connection.close() }
    }

    /// Lets a connection be used again.
    func keep(_ connection: KeptConnection) { idle.withLock { $0.append(connection) } }

    /// Takes an idle connection, on an event loop one of that loop, or makes one.
    ///
    /// - Returns: a connection that nobody else uses.
    /// - Throws: why there is none.
    func connection() async throws -> KeptConnection {
        while let connection = takeIdle() {
            if connection.isOpen { return connection }
        }
        return try await KeptConnection(
            to: host,
            port: port,
            security: security,
            timeout: Self.connectTimeout,
            answerLimit: answerLimit
        )
    }

    private func takeIdle() -> KeptConnection? {
        idle.withLock { idle in
            let isOnALoop = MultiThreadedEventLoopGroup.currentEventLoop != nil
            return isOnALoop
                ? idle.indices.last { idle[$0].isHere }.map { idle.remove(at: $0) } : idle.popLast()
        }
    }
}
