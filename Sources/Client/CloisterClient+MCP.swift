internal import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The MCP server of a pool, message by message.
extension CloisterClient {
    /// How long a call may take: the longest execution, and the start of its session.
    private static let longestCall: Duration = .seconds(7_200)
    /// The longest message that is read, in bytes.
    private static let longestMessage = 64 << 20

    /// Sends a message, and hands on what comes back.
    ///
    /// Cancelling the calling task drops the connection, and with it what the message has asked for.
    ///
    /// - Parameters:
    ///   - message: JSON-RPC.
    ///   - pool: the pool's name.
    ///   - headers: what the protocol says about the message in headers.
    ///   - receive: called with each message that comes back, in order; a notification has none.
    /// - Returns: the session of the protocol that began, if one did.
    /// - Throws: why there is no answer.
    package func exchangeMCP(
        _ message: [UInt8],
        pool: String,
        headers: [String: String],
        receive: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(ClientError) -> String? {
        var request = request("/pools/\(PercentEncoding.encoded(pool))/mcp")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "application/json, text/event-stream")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: message))
        let prepared = request
        return try await Self.within(Self.longestCall + .seconds(1)) { () throws(ClientError) in
            try await exchanged(prepared, receive)
        }
    }

    private func exchanged(
        _ request: HTTPClientRequest,
        _ receive: @Sendable ([UInt8]) async -> Void
    ) async throws(ClientError) -> String? {
        let response = try await open(request, timeout: .seconds(Self.longestCall.components.seconds))
        var rest: [UInt8] = []
        do {
            let type = response.headers.first(name: "Content-Type") ?? ""
            let isStream = type.lowercased().hasPrefix("text/event-stream")
            var parser = EventStreamParser()
            for try await buffer in response.body {
                guard isStream else {
                    rest += buffer.readableBytesView
                    guard rest.count <= Self.longestMessage else {
                        throw NIOTooManyBytesError(maxBytes: Self.longestMessage)
                    }
                    continue
                }
                for event in try parser.next(buffer.readableBytesView) { await receive(event.data) }
            }
        } catch {
            throw failure(for: error)
        }
        guard !rest.isEmpty else {
            guard response.status.code < 300 else { throw refusal(response, Data()) }
            return nil
        }
        // What the protocol itself refuses is a message, whatever the status.
        if response.status.code >= 300, JSONValue.bounded(rest, valueLimit: 1_000)?["jsonrpc"] == nil {
            throw refusal(response, Data(rest))
        }
        await receive(rest)
        return response.headers.first(name: "Mcp-Session-Id")
    }
}
