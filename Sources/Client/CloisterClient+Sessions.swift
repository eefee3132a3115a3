package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The sessions of a server.
extension CloisterClient {
    /// Lists the sessions of a pool, oldest first.
    ///
    /// - Parameter pool: the pool's name.
    /// - Returns: all of them, page by page.
    /// - Throws: why there is no list.
    package func sessions(of pool: String) async throws(ClientError) -> [SessionResource] {
        struct Page: Decodable {
            let sessions: [SessionResource]
            let nextLink: String?
        }
        let route = "/pools/\(PercentEncoding.encoded(pool))/listSessions?api-version=\(APIVersion.latest)"
        var sessions: [SessionResource] = []
        while true {
            let page: Page = try await get("\(route)&skip=\(sessions.count)")
            sessions += page.sessions
            // A page that brings nothing is the last one, whatever it says.
            guard page.nextLink != nil, !page.sessions.isEmpty else { return sessions }
        }
    }

    /// Asks for a session.
    ///
    /// - Parameters:
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    /// - Returns: the session; nil when the identifier has none.
    /// - Throws: why there is no answer.
    package func session(_ identifier: String, pool: String) async throws(ClientError) -> SessionResource? {
        do throws(ClientError) {
            return try await get(path("session", of: identifier, in: pool))
        } catch  where error.code == "NoSessionFoundError" {
            return nil
        }
    }

    /// Ends a session and waits until it is gone; one that is not there has ended already.
    ///
    /// - Parameters:
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    /// - Throws: why it could not be ended.
    package func stopSession(_ identifier: String, pool: String) async throws(ClientError) {
        var request = request(path("session", of: identifier, in: pool))
        request.method = .DELETE
        let (response, answer) = try await send(request, timeout: Self.margin)
        guard response.status == .noContent else { throw refusal(response, answer) }
    }

    /// Asks how the sessions of an identifier have ended.
    ///
    /// - Parameters:
    ///   - identifier: the sessions' identifier.
    ///   - pool: the pool's name.
    /// - Returns: the ends that are still kept, the newest first.
    /// - Throws: why there is no answer.
    package func endedSessions(
        of identifier: String,
        pool: String
    ) async throws(ClientError) -> [EndedSessionResource] {
        let list: [String: [EndedSessionResource]] = try await get(
            path("endedSessions", of: identifier, in: pool)
        )
        return list["value"] ?? []
    }

    /// Lists the names of all pools; that takes an operator's key for all pools.
    ///
    /// - Returns: the names, in their order.
    /// - Throws: why there is no list.
    package func poolNames() async throws(ClientError) -> [String] {
        try await pools().map(\.name).sorted()
    }

    /// Asks for something that is answered with JSON.
    func get<Value: Decodable>(_ path: String) async throws(ClientError) -> Value {
        let (response, answer) = try await send(request(path), timeout: Self.margin)
        guard response.status == .ok else { throw refusal(response, answer) }
        do {
            return try JSONDecoder().decode(Value.self, from: answer)
        } catch {
            throw ClientError(.malformedAnswer, "The answer is not the one that was expected.", status: 200)
        }
    }
}
