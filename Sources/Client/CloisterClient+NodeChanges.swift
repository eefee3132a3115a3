package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// What operators do with workers; all of these calls need an operator's key for all pools.
extension CloisterClient {
    /// Lets a worker get no new sessions any more.
    ///
    /// - Parameters:
    ///   - name: the worker.
    ///   - deadlineInSeconds: when the sessions that are left are ended; nil lets them run out.
    /// - Returns: the node as it is now.
    /// - Throws: why it is not drained.
    package func drain(_ name: String, deadlineInSeconds: Int?) async throws(ClientError) -> NodeResource {
        let members = deadlineInSeconds.map { [JSONValue.Member("deadlineInSeconds", .integer($0))] }
        return try await change(name, "drain", JSONValue.object(members ?? []))
    }

    /// Lets a worker get new sessions again.
    ///
    /// - Parameter name: the worker.
    /// - Returns: the node as it is now.
    /// - Throws: why it is drained still.
    package func undrain(_ name: String) async throws(ClientError) -> NodeResource {
        try await change(name, "undrain", nil)
    }

    /// Forgets a worker that is lost or drained.
    ///
    /// - Parameter name: the worker.
    /// - Throws: why it is not forgotten.
    package func removeNode(_ name: String) async throws(ClientError) {
        var request = request(Self.path(name))
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: Self.margin)
        guard response.status == .noContent else { throw refusal(response, answer) }
    }

    private func change(
        _ name: String,
        _ verb: String,
        _ body: JSONValue?
    ) async throws(ClientError) -> NodeResource {
        var request = request("\(Self.path(name))/\(verb)")
        request.method = .POST
        if let body { request.body = .bytes(ByteBuffer(bytes: body.encoded)) }
        let (response, answer) = try await send(request, timeout: Self.margin)
        guard response.status == .ok else { throw refusal(response, answer) }
        do { return try JSONDecoder().decode(NodeResource.self, from: answer) } catch {
            throw ClientError(.malformedAnswer, "The answer is not the one that was expected.")
        }
    }

    private static func path(_ name: String) -> String {
        "/cloister/v1/nodes/\(PercentEncoding.encoded(name))"
    }
}
