internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOHTTP1

/// What a server measures.
extension CloisterClient {
    /// Asks for the coordinator's metrics; that takes an operator's key for all pools.
    ///
    /// - Returns: Prometheus' text.
    /// - Throws: why there is no answer.
    package func metrics() async throws(ClientError) -> String {
        let (response, answer) = try await send(request("/metrics"), timeout: Self.margin)
        guard response.status == .ok else { throw refusal(response, answer) }
        return String(decoding: answer, as: UTF8.self)
    }
}
