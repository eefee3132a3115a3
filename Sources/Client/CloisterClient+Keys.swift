package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The API keys of a server; all of these calls need an operator's key.
extension CloisterClient {
    private static let keysPath = "/cloister/v1/keys"

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: its name for people.
    ///   - roles: the names of its roles.
    ///   - pools: the names of its pools; `*` alone for all.
    ///   - lifetimeInSeconds: how long it holds; nil for ever.
    ///   - requestsPerMinute: how many requests a minute it may send; nil for the server's default.
    ///   - burst: how many of them at once.
    /// - Returns: the key with its secret, which cannot be asked for again.
    /// - Throws: why there is none.
    package func createKey(
        name: String,
        roles: [String],
        pools: [String],
        lifetimeInSeconds: Int? = nil,
        requestsPerMinute: Int? = nil,
        burst: Int? = nil
    ) async throws(ClientError) -> KeyResource {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("roles", .array(roles.map(JSONValue.string))),
            .init("pools", .array(pools.map(JSONValue.string))),
        ]
        if let lifetimeInSeconds { members.append(.init("expiresInSeconds", .integer(lifetimeInSeconds))) }
        if let requestsPerMinute { members.append(.init("requestsPerMinute", .integer(requestsPerMinute))) }
        if let burst { members.append(.init("burst", .integer(burst))) }
        var request = request(Self.keysPath)
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: JSONValue.object(members).encoded))
        let (response, answer) = try await send(request, timeout: .seconds(30))
        guard response.status == .created else { throw refusal(response, answer) }
        return try decode(KeyResource.self, answer)
    }

    /// Lists all keys, oldest first.
    ///
    /// - Returns: the keys, without their secrets.
    /// - Throws: why they cannot be listed.
    package func keys() async throws(ClientError) -> [KeyResource] {
        let (response, answer) = try await send(request(Self.keysPath), timeout: .seconds(30))
        guard response.status == .ok else { throw refusal(response, answer) }
        return try decode([String: [KeyResource]].self, answer)["keys"] ?? []
    }

    /// Revokes a key, at once and for good.
    ///
    /// - Parameter id: the key's name for machines.
    /// - Throws: why it is not revoked.
    package func revokeKey(_ id: String) async throws(ClientError) {
        var request = request("\(Self.keysPath)/\(PercentEncoding.encoded(id))")
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: .seconds(30))
        guard response.status == .noContent else { throw refusal(response, answer) }
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ answer: Data) throws(ClientError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: answer)
        } catch {
            throw ClientError(.malformedAnswer, "The answer is not the one that was expected.")
        }
    }
}
