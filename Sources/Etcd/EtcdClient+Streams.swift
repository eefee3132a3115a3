internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// Streams.
extension EtcdClient {
    /// Opens a stream at the first member that answers.
    ///
    /// - Parameters:
    ///   - path: the gateway's path.
    ///   - body: the question.
    ///   - life: after how long the stream fails, whatever it tells.
    /// - Returns: the stream.
    /// - Throws: why there is none.
    func stream(
        of path: String,
        _ body: some Encodable & Sendable,
        life: Duration
    ) async throws(EtcdError) -> HTTPClientResponse.Body {
        try await withMember { (client, endpoint) async throws(EtcdError) in
            let request = try await client.request(endpoint, path, body)
            do {
                let response = try await client.http.execute(
                    request,
                    timeout: .seconds(life.components.seconds)
                )
                guard response.status == .ok else {
                    let answer = try await response.body.collect(upTo: 1 << 20)
                    throw EtcdRefusal.error(of: .init(answer.readableBytesView), status: response.status.code)
                }
                return response.body
            } catch let error as EtcdError {
                throw error
            } catch {
                throw EtcdRefusal.error(of: error, endpoint: endpoint)
            }
        }
    }
}
