internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import ServiceLifecycle
internal import Telemetry

/// Sends a process's spans to a collector, a batch at a time.
///
/// Nobody waits for it: what cannot be sent is dropped and counted.
struct TraceExport: Service {
    /// How long spans wait for others.
    private static let interval: Duration = .seconds(1)
    /// How long a collector may take for a batch.
    private static let timeout: TimeAmount = .seconds(5)
    private static let answerBytesMax = 64 << 10

    let tracer: Tracer
    let text: OTLPText
    /// The collector's address, without the path.
    let endpoint: String
    let logger: Logger

    func run() async throws {
        let client = HTTPClient(
            configuration: HTTPClient.Configuration(timeout: .init(connect: Self.timeout))
        )
        await cancelWhenGracefulShutdown { await sendAgainAndAgain(client) }
        // The last ones, in a task that is not cancelled.
        await Task { _ = await send(client, isFailing: true) }.value
        try await client.shutdown()
    }

    private func sendAgainAndAgain(_ client: HTTPClient) async {
        let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in tracer.batches { turn.yield() } }
            group.addTask { while (try? await Task.sleep(for: Self.interval)) != nil { turn.yield() } }
            var isFailing = false
            for await _ in turns { isFailing = await send(client, isFailing: isFailing) }
            group.cancelAll()
        }
    }

    /// Sends what waits.
    ///
    /// - Parameters:
    ///   - client: what to send with.
    ///   - isFailing: whether the last attempt failed; then another failure is not told.
    /// - Returns: whether this one failed.
    @discardableResult
    private func send(_ client: HTTPClient, isFailing: Bool) async -> Bool {
        while true {
            let batch = tracer.takeBatch()
            guard !batch.isEmpty else { return isFailing }
            do {
                var request = HTTPClientRequest(url: endpoint + "/v1/traces")
                request.method = .POST
                request.headers.add(name: "content-type", value: "application/json")
                request.body = .bytes(ByteBuffer(string: text.body(batch)))
                let response = try await client.execute(request, timeout: Self.timeout)
                _ = try await response.body.collect(upTo: Self.answerBytesMax)
                guard (200..<300).contains(response.status.code) else {
                    throw Refusal(status: response.status.code)
                }
            } catch {
                tracer.lost(batch.count)
                if !isFailing { logger.warning("spans cannot be sent", metadata: ["error": "\(error)"]) }
                return true
            }
        }
    }
}

/// A collector did not want the spans.
private struct Refusal: Error {
    let status: UInt
}
