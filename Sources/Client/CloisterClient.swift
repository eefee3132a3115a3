package import APIModel
package import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// Speaks to a Cloister server over HTTP.
///
/// Nothing is tried again: whoever calls knows whether running code twice does harm.
package struct CloisterClient: Sendable {
    /// The longest answer that is read, in bytes: all that a pool keeps by default, spelled as JSON.
    private static let answerLimit = 192 << 20
    /// What the way to the guest and back may take, on top of the execution itself.
    private static let margin = TimeAmount.seconds(60)

    private let baseURL: String
    private let apiKey: String
    let http: HTTPClient

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
        let seconds = timeout.components.seconds + (timeout.components.attoseconds > 0 ? 1 : 0)
        var request = request(path("executions", of: identifier, in: pool))
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        let body = JSONValue.object([
            .init("codeInputType", .string("Inline")),
            .init("executionType", .string("Synchronous")),
            .init("code", .string(code)),
            .init("timeoutInSeconds", .integer(Int(seconds))),
        ])
        request.body = .bytes(ByteBuffer(bytes: body.encoded))
        let (response, answer) = try await send(request, timeout: .seconds(seconds) + Self.margin)
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

    /// Ends a session and waits until it is gone; one that is not there has ended already.
    ///
    /// - Parameters:
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    /// - Throws: why it could not be ended.
    package func stopSession(_ identifier: String, pool: String) async throws(ClientError) {
        var request = request(path("session", of: identifier, in: pool))
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: Self.margin)
        guard response.status == .noContent else { throw refusal(response, answer) }
    }

    /// Asks why the sessions of an identifier have ended.
    ///
    /// - Parameters:
    ///   - identifier: the sessions' identifier.
    ///   - pool: the pool's name.
    /// - Returns: the stable names of the causes that are still kept, the newest end first.
    /// - Throws: why there is no answer.
    package func endCauses(of identifier: String, pool: String) async throws(ClientError) -> [String] {
        struct List: Decodable {
            struct Ended: Decodable { let cause: String }
            let value: [Ended]
        }
        let request = request(path("endedSessions", of: identifier, in: pool))
        let (response, answer) = try await send(request, timeout: Self.margin)
        guard response.status == .ok else { throw refusal(response, answer) }
        guard let list = try? JSONDecoder().decode(List.self, from: answer) else {
            throw ClientError(.malformedAnswer, "The answer is no list of ended sessions.", status: 200)
        }
        return list.value.map(\.cause)
    }

    /// Asks whether the server can serve executions.
    ///
    /// - Returns: nil when it can, else the reason why not.
    /// - Throws: when the server does not answer.
    package func readiness() async throws(ClientError) -> ErrorEnvelope? {
        let (response, answer) = try await send(request("/readyz"), timeout: .seconds(10))
        if response.status == .ok { return nil }
        guard let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: answer) else {
            throw refusal(response, answer)
        }
        return envelope
    }

    private func path(_ route: String, of identifier: String, in pool: String) -> String {
        "/pools/\(PercentEncoding.encoded(pool))/\(route)?api-version=\(APIVersion.latest)"
            + "&identifier=\(PercentEncoding.encoded(identifier))"
    }

    func request(_ pathAndQuery: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: baseURL + pathAndQuery)
        request.headers.add(name: "Authorization", value: "Bearer \(apiKey)")
        request.headers.add(name: "User-Agent", value: "cloister")
        return request
    }

    func send(
        _ request: HTTPClientRequest,
        timeout: TimeAmount
    ) async throws(ClientError) -> (HTTPClientResponse, Data) {
        let response = try await begin(request, timeout: timeout)
        return (response, try await rest(of: response))
    }

    /// Sends a request and waits for the head of the answer.
    func begin(
        _ request: HTTPClientRequest,
        timeout: TimeAmount
    ) async throws(ClientError) -> HTTPClientResponse {
        do {
            return try await http.execute(request, deadline: .now() + timeout)
        } catch {
            throw failure(of: error)
        }
    }

    /// Reads the body of an answer whole.
    func rest(of response: HTTPClientResponse) async throws(ClientError) -> Data {
        do {
            return Data(try await response.body.collect(upTo: Self.answerLimit).readableBytesView)
        } catch {
            throw failure(of: error)
        }
    }

    /// Why there is no answer, by the error of the connection.
    func failure(of error: any Error) -> ClientError {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded:
            ClientError(.timedOut, "The server did not answer in time.")
        case is CancellationError: ClientError(.cancelled, "The request was cancelled.")
        case is NIOTooManyBytesError: ClientError(.malformedAnswer, "The answer is too long.")
        default: ClientError(.unreachable, "The server at \(baseURL) cannot be reached: \(error).")
        }
    }

    func refusal(_ response: HTTPClientResponse, _ answer: Data) -> ClientError {
        let status = Int(response.status.code)
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
