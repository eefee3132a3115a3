import API
import APIModel
import AsyncHTTPClient
import Coordinator
import Domain
import FoundationEssentials
import Identity
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// A server on a port of the kernel's choice, with a client for it.
struct RunningServer: Sendable {
    static let key = "clk_test-key-test-key-test"
    static let limitedKey = "clk_limited-key-limited-key"
    static let query = "?api-version=2025-10-02-preview&identifier=abcd"

    let port: Int
    let http: HTTPClient
    /// Starts the graceful shutdown.
    let stop: @Sendable () async -> Void

    var baseURL: String { "http://127.0.0.1:\(port)" }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String

        var json: JSONValue? { try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }
        var code: String? { json?["error"]?["code"]?.text }
        var message: String { json?["error"]?["message"]?.text ?? "" }
    }

    /// Starts a server, does something with it and shuts it down.
    static func with<Value: Sendable>(
        _ dispatch: any SessionDispatch = ScriptedDispatch(),
        configuration: APIServerConfiguration = APIServerConfiguration(port: 0),
        access: APIAccess? = nil,
        certificate: ServerCertificate? = nil,
        notice: Duration? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: @Sendable (RunningServer) async throws -> Value
    ) async throws -> Value {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let departure = notice.map { Departure(notice: $0, logger: logger) }
        let server = APIServer(
            configuration: configuration,
            dispatch: dispatch,
            access: access ?? APIAccess(authenticator: PlayedAuthenticator()),
            certificate: certificate,
            departure: departure,
            logger: logger,
            onListening: { port in
                continuation.yield(port)
                continuation.finish()
            }
        )
        let group = ServiceGroup(
            configuration: .init(services: [server] + [departure].compactMap(\.self), logger: logger)
        )
        var patient = HTTPClient.Configuration(timeout: .init(connect: .seconds(30), read: .seconds(30)))
        // A server that listens no more is not there: to try again would only take the 30 s.
        patient.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(configuration: patient)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            let running = RunningServer(port: port, http: http) { await group.triggerGracefulShutdown() }
            let result: Result<Value, any Error>
            do { result = .success(try await body(running)) } catch { result = .failure(error) }
            try await http.shutdown()
            // A notice that goes on is cut short.
            if departure == nil { await group.triggerGracefulShutdown() } else { tasks.cancelAll() }
            do { try await tasks.waitForAll() } catch is CancellationError {}
            return try result.get()
        }
    }

    /// Sends a request with the key and reads the answer.
    func send(
        _ method: HTTPMethod = .POST,
        _ pathAndQuery: String = "/pools/python/executions" + query,
        headers: HTTPHeaders = [:],
        body: HTTPClientRequest.Body? = nil,
        key: String? = key
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: baseURL + pathAndQuery)
        request.method = method
        request.headers = headers
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        request.body = body
        let response = try await http.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code),
            headers: response.headers,
            text: String(buffer: bytes)
        )
    }

    /// Posts JSON.
    func post(
        _ json: String,
        to pathAndQuery: String = "/pools/python/executions" + query,
        headers: HTTPHeaders = [:],
        key: String? = key
    ) async throws -> Answer {
        try await send(
            .POST,
            pathAndQuery,
            headers: headers,
            body: .bytes(ByteBuffer(string: json)),
            key: key
        )
    }
}

/// Collects what a test's server logs.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func logger() -> Logger {
        Logger(label: "test") { _ in Handler(capture: self) }
    }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, newer in newer }
            capture.lines.withLock { $0.append("\(event.level) \(event.message) \(all)") }
        }
    }
}

/// Knows the keys of the tests.
struct PlayedAuthenticator: Authenticator {
    var callers: [String: Caller] = [
        RunningServer.key: Caller(name: "test", rights: .all),
        RunningServer.limitedKey: Caller(name: "limited", rights: .files),
    ]

    func caller(presenting credential: Credential) async throws(Failure) -> Caller {
        let text =
            switch credential {
            case .bearer(let text), .apiKey(let text): text
            }
        guard let caller = callers[text] else { throw Failure(.unauthorized, "The key is not known here.") }
        return caller
    }
}
