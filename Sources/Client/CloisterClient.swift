package import APIModel
package import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Speaks to a Cloister server over HTTP.
///
/// Nothing is tried again: whoever calls knows whether running code twice does harm.
package struct CloisterClient: Sendable {
    /// The longest answer that is read, in bytes: all that a pool keeps by default, spelled as JSON.
    private static let answerLimit = 192 << 20
    /// What the way to the guest and back may take, on top of the execution itself.
    static let margin = TimeAmount.seconds(60)

    /// Where the server is, without a slash at its end.
    package let baseURL: String
    private let apiKey: String
    let http: HTTPClient
    private let isOwner: Bool
    /// What executions go over when the client measures.
    let measured: KeptConnections?

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - baseURL: where the server is, such as `http://127.0.0.1:8080`.
    ///   - apiKey: the key that is sent as bearer token.
    ///   - http: the connections to use; the caller shuts it down unless it is the shared one.
    package init(baseURL: String, apiKey: String, http: HTTPClient = .shared) {
        var baseURL = baseURL
        while baseURL.hasSuffix("/") { baseURL.removeLast() }
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.http = http
        isOwner = false
        measured = nil
    }

    /// Makes a client with connections of its own, for a person who waits: who cannot be reached is not tried again.
    ///
    /// - Parameters:
    ///   - baseURL: where the server is, such as `https://cloister.example`.
    ///   - apiKey: the key that is sent as bearer token.
    ///   - certificatesPath: the certificates to believe instead of the system's, as PEM; nil for the system's.
    ///   - limits: how long it waits, and how much it asks at once.
    /// - Throws: when there is no certificate in that file.
    package init(
        baseURL: String,
        apiKey: String,
        certificatesPath: String?,
        limits: ClientLimits = ClientLimits()
    ) throws(ClientError) {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limits.connections
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = limits.silence.map { .seconds($0.components.seconds) }
        // Code and keys are for the server that was named, and not for another one that it names.
        configuration.redirectConfiguration = .disallow
        var security = TLSConfiguration.makeClientConfiguration()
        if let certificatesPath {
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(certificatesPath),
                !certificates.isEmpty
            else { throw ClientError(.unreachable, "There is no certificate in \(certificatesPath).") }
            security.trustRoots = .certificates(certificates)
            configuration.tlsConfiguration = security
        }
        var baseURL = baseURL
        while baseURL.hasSuffix("/") { baseURL.removeLast() }
        self.baseURL = baseURL
        self.apiKey = apiKey
        isOwner = true
        measured =
            limits.isMeasuring
            ? try KeptConnections(baseURL: baseURL, security: security, answerLimit: Self.answerLimit) : nil
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Gives up connections that are this client's own.
    package func close() async {
        measured?.close()
        if isOwner { try? await http.shutdown() }
    }

    /// Does something with the client and closes it, whatever comes of it.
    ///
    /// - Parameter body: what to do.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    package func closing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await close()
            return value
        } catch {
            await close()
            throw error
        }
    }

    /// Runs code and waits for its end.
    ///
    /// Cancelling the calling task drops the connection, and with it the execution.
    ///
    /// - Parameters:
    ///   - code: the code.
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    ///   - timeout: how long the code may run, in whole seconds.
    /// - Returns: the answer; code that failed is an answer, not an error.
    /// - Throws: why there is none.
    package func execute(
        code: String,
        identifier: String,
        pool: String,
        timeout: Duration = .seconds(60)
    ) async throws(ClientError) -> ExecutionResponse {
        try await execute(.code(code), identifier: identifier, pool: pool, timeout: timeout)
    }

    /// Runs code or a command and waits for its end.
    ///
    /// Cancelling the calling task drops the connection, and with it the execution.
    ///
    /// - Parameters:
    ///   - order: what to run.
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    ///   - timeout: how long it may run, in whole seconds.
    /// - Returns: the answer; code that failed is an answer, not an error.
    /// - Throws: why there is none.
    package func execute(
        _ order: ExecutionOrder,
        identifier: String,
        pool: String,
        timeout: Duration = .seconds(60)
    ) async throws(ClientError) -> ExecutionResponse {
        let seconds = timeout.components.seconds + (timeout.components.attoseconds > 0 ? 1 : 0)
        var request = request(path("executions", of: identifier, in: pool))
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        let body = JSONValue.object(
            order.members + [
                .init("executionType", .string("Synchronous")),
                .init("timeoutInSeconds", .integer(Int(seconds))),
            ]
        )
        let bytes = ByteBuffer(bytes: body.encoded)
        let (response, answer) = try await post(request, bytes, timeout: .seconds(seconds) + Self.margin)
        guard response.status == .ok else { throw refusal(response, answer) }
        guard let resource = try? JSONDecoder().decode(ExecutionResource.self, from: answer) else {
            throw ClientError(
                .malformedAnswer,
                "The answer is not the one of an execution.",
                status: Int(response.status.code)
            )
        }
        return ExecutionResponse(resource, response)
    }

    /// Asks whether the server can serve executions.
    ///
    /// - Returns: nil when it can, else the reason why not.
    /// - Throws: when the server does not answer.
    package func readiness() async throws(ClientError) -> ErrorEnvelope? {
        let (response, answer) = try await send(openRequest("/readyz"), timeout: .seconds(10))
        if response.status == .ok { return nil }
        guard let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: answer) else {
            throw refusal(response, answer)
        }
        return envelope
    }

    func path(_ route: String, of identifier: String, in pool: String) -> String {
        "/pools/\(PercentEncoding.encoded(pool))/\(route)?api-version=\(APIVersion.latest)"
            + "&identifier=\(PercentEncoding.encoded(identifier))"
    }

    func request(_ pathAndQuery: String) -> HTTPClientRequest {
        var request = openRequest(pathAndQuery)
        request.headers.add(name: "Authorization", value: "Bearer \(apiKey)")
        return request
    }

    /// A request without the key, for what everybody may ask.
    private func openRequest(_ pathAndQuery: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: baseURL + pathAndQuery)
        request.headers.add(name: "User-Agent", value: "cloister")
        return request
    }

    func send(
        _ request: HTTPClientRequest,
        timeout: TimeAmount
    ) async throws(ClientError) -> (HTTPClientResponse, Data) {
        // The deadline of the head comes first: it knows why there was no connection.
        try await Self.within(.nanoseconds(timeout.nanoseconds) + .seconds(1)) { () throws(ClientError) in
            let response = try await open(request, timeout: timeout)
            return (response, try await collect(response))
        }
    }

    /// Sends a request and waits for the head of its answer.
    func open(
        _ request: HTTPClientRequest,
        timeout: TimeAmount
    ) async throws(ClientError) -> HTTPClientResponse {
        do {
            return try await http.execute(request, deadline: .now() + timeout)
        } catch {
            throw failure(for: error)
        }
    }

    /// Reads an answer to its end.
    func collect(_ response: HTTPClientResponse) async throws(ClientError) -> Data {
        do {
            return Data(try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
        } catch {
            throw failure(for: error)
        }
    }

    /// What a broken exchange means to the caller.
    func failure(for error: any Error) -> ClientError {
        switch error {
        case let error as ClientError: error
        case let error as HTTPClientError where error == .deadlineExceeded:
            ClientError(.timedOut, "The server did not answer in time.")
        case is CancellationError: ClientError(.cancelled, "The request was cancelled.")
        case is NIOTooManyBytesError:
            ClientError(.malformedAnswer, "The answer has more than \(Self.answerLimit) bytes.")
        default: ClientError(.unreachable, "The server at \(baseURL) cannot be reached: \(error).")
        }
    }

    func refusal(_ response: HTTPClientResponse, _ answer: Data) -> ClientError {
        let status = Int(response.status.code)
        if (300..<400).contains(status) {
            let place = response.headers.first(name: "Location").map { " at \($0)" } ?? ""
            return ClientError(
                .malformedAnswer,
                "The server is elsewhere\(place); the request does not go there by itself: name that address.",
                status: status
            )
        }
        guard let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: answer) else {
            return refusalWithoutBody(response, status)
        }
        return ClientError(
            .refused,
            envelope.message,
            code: envelope.code,
            status: status,
            traceID: envelope.traceID,
            retryAfterSeconds: response.headers.first(name: "Retry-After").flatMap { Int($0) }
        )
    }

    // A missing right is answered with no body; the reason stands in the challenge (RFC 6750, section 3).
    private func refusalWithoutBody(_ response: HTTPClientResponse, _ status: Int) -> ClientError {
        guard let code = response.headers.first(name: "x-ms-error-code") else {
            return ClientError(.malformedAnswer, "The server answered without saying why.", status: status)
        }
        let challenge = response.headers.first(name: "WWW-Authenticate") ?? ""
        let reason = challenge.split(separator: "error_description=\"").dropFirst().first?.prefix {
            $0 != "\""
        }
        return ClientError(
            .refused,
            reason.map(String.init) ?? "The server refused without saying why.",
            code: code,
            status: status,
            traceID: response.headers.first(name: "x-ms-request-id")
        )
    }
}
