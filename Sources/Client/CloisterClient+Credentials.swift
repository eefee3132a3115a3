internal import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// What keys and tokens have in common: they are made, listed and revoked by the same rules.
extension CloisterClient {
    /// Makes a credential.
    ///
    /// - Parameters:
    ///   - path: where its kind is.
    ///   - members: what it is to be.
    /// - Returns: the credential, with its secret.
    /// - Throws: why there is none.
    func createCredential<Resource: Decodable>(
        at path: String,
        _ members: [JSONValue.Member]
    ) async throws(ClientError) -> Resource {
        var request = request(path)
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: JSONValue.object(members).encoded))
        let (response, answer) = try await send(request, timeout: .seconds(30))
        guard response.status == .created else { throw refusal(response, answer) }
        return try decodeCredential(answer)
    }

    /// Lists credentials, oldest first.
    ///
    /// - Parameters:
    ///   - path: where their kind is.
    ///   - member: the answer's member that has them.
    /// - Returns: the credentials, without their secrets.
    /// - Throws: why they cannot be listed.
    func credentials<Resource: Decodable>(
        at path: String,
        in member: String
    ) async throws(ClientError) -> [Resource] {
        let (response, answer) = try await send(request(path), timeout: .seconds(30))
        guard response.status == .ok else { throw refusal(response, answer) }
        let list: [String: [Resource]] = try decodeCredential(answer)
        return list[member] ?? []
    }

    /// Revokes a credential, at once and for good.
    ///
    /// - Parameters:
    ///   - path: where its kind is.
    ///   - id: its name for machines.
    /// - Throws: why it is not revoked.
    func revokeCredential(at path: String, _ id: String) async throws(ClientError) {
        var request = request("\(path)/\(PercentEncoding.encoded(id))")
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: .seconds(30))
        guard response.status == .noContent else { throw refusal(response, answer) }
    }

    private func decodeCredential<Value: Decodable>(_ answer: Data) throws(ClientError) -> Value {
        do { return try JSONDecoder().decode(Value.self, from: answer) } catch {
            throw ClientError(.malformedAnswer, "The answer is not the one that was expected.")
        }
    }
}
