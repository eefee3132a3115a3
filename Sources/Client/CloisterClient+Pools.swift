package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The session pools of a server; all of these calls need an operator's key.
extension CloisterClient {
    /// A pool of the cluster.
    package struct ClusterPool: Hashable, Sendable {
        /// Whether it stands in the configuration, and cannot be changed by request.
        package let isDeclared: Bool
        /// The ARM resource.
        package let resource: JSONValue

        /// Its name.
        package var name: String { resource["name"]?.text ?? "" }
        /// Its identity in ARM.
        package var id: String { resource["id"]?.text ?? "" }
    }

    private static let timeout = TimeAmount.seconds(30)

    /// Lists the pools of the whole cluster.
    ///
    /// - Returns: the pools, those of the configuration first.
    /// - Throws: why they cannot be listed.
    package func pools() async throws(ClientError) -> [ClusterPool] {
        let (response, answer) = try await send(request("/cloister/v1/pools"), timeout: Self.timeout)
        guard response.status == .ok else { throw refusal(response, answer) }
        guard case .array(let elements)? = try value(answer)["pools"] else { throw Self.strange }
        return elements.map { element in
            ClusterPool(
                isDeclared: element["declared"] == .boolean(true),
                resource: element["pool"] ?? .null
            )
        }
    }

    /// Makes a pool, or replaces what it is.
    ///
    /// - Parameters:
    ///   - id: its identity in ARM.
    ///   - resource: what it shall be.
    /// - Returns: the pool as it is now.
    /// - Throws: why it is not so.
    package func putPool(_ id: String, _ resource: JSONValue) async throws(ClientError) -> ClusterPool {
        try await change(id, .PUT, resource)
    }

    /// Changes a pool.
    ///
    /// - Parameters:
    ///   - id: its identity in ARM.
    ///   - patch: a JSON Merge Patch.
    /// - Returns: the pool as it is now.
    /// - Throws: why it is not so.
    package func patchPool(_ id: String, _ patch: JSONValue) async throws(ClientError) -> ClusterPool {
        try await change(id, .PATCH, patch)
    }

    /// Removes a pool; its sessions may take a moment to end.
    ///
    /// - Parameter id: its identity in ARM.
    /// - Returns: whether there was one.
    /// - Throws: why it is not removed.
    package func deletePool(_ id: String) async throws(ClientError) -> Bool {
        var request = request(Self.path(id))
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: Self.timeout)
        guard [.accepted, .noContent].contains(response.status) else { throw refusal(response, answer) }
        return response.status == .accepted
    }

    /// Asks whether a removed pool still has sessions.
    ///
    /// - Parameter id: its identity in ARM.
    /// - Returns: whether it has.
    /// - Throws: why there is no answer.
    package func isPoolEnding(_ id: String) async throws(ClientError) -> Bool {
        let parts = id.split(separator: "/").map(String.init)
        guard parts.count == 8 else { throw Self.strange }
        let path =
            "/subscriptions/\(parts[1])/providers/Microsoft.App/locations/local/operationResults/\(parts[7])"
        let (response, answer) = try await send(request(Self.path(path)), timeout: Self.timeout)
        guard [.accepted, .noContent].contains(response.status) else { throw refusal(response, answer) }
        return response.status == .accepted
    }

    private func change(
        _ id: String,
        _ method: HTTPMethod,
        _ body: JSONValue
    ) async throws(ClientError) -> ClusterPool {
        var request = request(Self.path(id))
        request.method = method
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body.encoded))
        let (response, answer) = try await send(request, timeout: Self.timeout)
        guard [.ok, .created].contains(response.status) else { throw refusal(response, answer) }
        return ClusterPool(isDeclared: false, resource: try value(answer))
    }

    private func value(_ answer: Data) throws(ClientError) -> JSONValue {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: answer) else { throw Self.strange }
        return value
    }

    private static func path(_ id: String) -> String {
        let parts = id.split(separator: "/").map { PercentEncoding.encoded(String($0)) }
        return "/\(parts.joined(separator: "/"))?api-version=\(APIVersion.latest)"
    }

    private static let strange = ClientError(.malformedAnswer, "The answer is not the one that was expected.")
}
