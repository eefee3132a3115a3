package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// What operators see of a server.
extension CloisterClient {
    /// Lists the nodes of the cluster; that takes an operator's key for all pools.
    ///
    /// - Returns: the coordinator first, then the workers.
    /// - Throws: why there is no list.
    package func nodes() async throws(ClientError) -> [NodeResource] {
        let list: [String: [NodeResource]] = try await get("/cloister/v1/nodes")
        return list["nodes"] ?? []
    }

    /// Asks for a node.
    ///
    /// - Parameter name: its name.
    /// - Returns: the node.
    /// - Throws: why there is no answer.
    package func node(_ name: String) async throws(ClientError) -> NodeResource {
        try await get("/cloister/v1/nodes/\(PercentEncoding.encoded(name))")
    }

    /// Asks for the version of the server.
    ///
    /// - Returns: its version and those of the contract that it takes.
    /// - Throws: why there is no answer.
    package func version() async throws(ClientError) -> VersionResource {
        try await get("/cloister/v1/version")
    }

    /// Asks for the end of what a session's guest has written to its console.
    ///
    /// - Parameters:
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    /// - Returns: the bytes as the server sent them.
    /// - Throws: why there is no answer.
    package func console(of identifier: String, pool: String) async throws(ClientError) -> [UInt8] {
        let request = request(path("console", of: identifier, in: pool))
        let (response, answer) = try await send(request, timeout: Self.margin)
        guard response.status == .ok else { throw refusal(response, answer) }
        return Array(answer)
    }
}
