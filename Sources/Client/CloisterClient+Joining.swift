package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The tokens with which workers join; all of these calls need an operator's key.
extension CloisterClient {
    private static let tokensPath = "/cloister/v1/tokens"

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - lifetimeInSeconds: how long it holds; nil for the server's usual time.
    ///   - worker: the only worker that may use it; nil for any.
    /// - Returns: the token, which cannot be asked for again.
    /// - Throws: why there is none.
    package func createJoinToken(
        lifetimeInSeconds: Int? = nil,
        worker: String? = nil
    ) async throws(ClientError) -> JoinTokenResource {
        var members: [JSONValue.Member] = []
        if let lifetimeInSeconds { members.append(.init("expiresInSeconds", .integer(lifetimeInSeconds))) }
        if let worker { members.append(.init("worker", .string(worker))) }
        var request = request(Self.tokensPath)
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: JSONValue.object(members).encoded))
        let (response, answer) = try await send(request, timeout: .seconds(30))
        guard response.status == .created else { throw refusal(response, answer) }
        return try decode(JoinTokenResource.self, answer)
    }

    /// Lists the tokens that hold, oldest first.
    ///
    /// - Returns: what is known of them, without the tokens themselves.
    /// - Throws: why they cannot be listed.
    package func joinTokens() async throws(ClientError) -> [JoinTokenResource] {
        let (response, answer) = try await send(request(Self.tokensPath), timeout: .seconds(30))
        guard response.status == .ok else { throw refusal(response, answer) }
        return try decode([String: [JoinTokenResource]].self, answer)["tokens"] ?? []
    }

    /// Takes a token back that nobody has used.
    ///
    /// - Parameter id: its name.
    /// - Throws: why it is not taken back.
    package func revokeJoinToken(_ id: String) async throws(ClientError) {
        var request = request("\(Self.tokensPath)/\(PercentEncoding.encoded(id))")
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: .seconds(30))
        guard response.status == .noContent else { throw refusal(response, answer) }
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ answer: Data) throws(ClientError) -> Value {
        do { return try JSONDecoder().decode(type, from: answer) } catch {
            throw ClientError(.malformedAnswer, "The answer is not the one that was expected.")
        }
    }
}
