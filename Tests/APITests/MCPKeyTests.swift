import API
import APIModel
import AsyncHTTPClient
import Coordinator
import Domain
import Identity
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// The keys of pools' MCP servers over HTTP, on a real coordinator without workers.
@Suite("Keys of MCP servers", .timeLimit(.minutes(2)))
struct MCPKeyTests {
    private static let group = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.App/sessionPools"
    private static let version = "?api-version=2025-10-02-preview"
    private static let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#

    /// Keeps numbers for as long as the test runs.
    private actor Archive: MCPKeyArchive {
        private var kept: [PoolName: Int] = [:]

        func keepMCPKeyRotations(_ count: Int, of pool: PoolName) { kept[pool] = count }
        func mcpKeyRotations() -> [PoolName: Int] { kept }
    }

    /// A ring of its own.
    static func ring() async throws -> MCPKeyRing {
        try await MCPKeyRing(secret: Array("the secret of the tests' cluster".utf8), archive: Archive())
    }

    private func with(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        let pools = [
            PoolConfiguration(name: try PoolName("python"), mcp: MCPSettings(isEnabled: true)),
            PoolConfiguration(name: try PoolName("node")),
            PoolConfiguration(name: try PoolName("shell"), mcp: MCPSettings(isEnabled: true)),
        ]
        let coordinator = try await LonelyCoordinator.make(pools: pools)
        let ring = try await Self.ring()
        let authenticator = PlayedAuthenticator()
        let access = APIAccess(authenticator: authenticator, mcpKeys: ring, pools: coordinator.pools)
        try await RunningServer.with(coordinator.dispatcher, access: access, body)
    }

    private func key(_ server: RunningServer, _ route: String, of pool: String = "python") async throws
        -> String
    {
        let answer = try await server.send(.POST, "\(Self.group)/\(pool)/\(route)" + Self.version)
        #expect(answer.status == 200 && answer.headers["cache-control"] == ["no-store"], "\(answer.text)")
        return answer.json?["apiKey"]?.text ?? ""
    }

    private func status(_ server: RunningServer, _ path: String, _ headers: HTTPHeaders) async throws -> Int {
        try await server.post(Self.ping, to: path, headers: headers, key: nil).status
    }

    @Test("A pool's key opens its MCP server, in either header, and nothing else")
    func scope() async throws {
        try await with { server in
            let key = try await key(server, "fetchMCPServerCredentials")
            #expect(try await self.key(server, "fetchmcpservercredentials") == key)
            for headers in [["x-ms-apikey": key], ["Authorization": "Bearer \(key)"]] as [HTTPHeaders] {
                let azure = "/subscriptions/s/resourceGroups/g/sessionPools/python/mcp"
                for path in ["/pools/python/mcp", "/POOLS/Python/MCP/", azure] {
                    #expect(try await status(server, path, headers) == 200, "\(path)")
                }
                for path in [
                    "/pools/shell/mcp", "/pools/python/executions" + RunningServer.query,
                    "/pools/python/files/mcp" + RunningServer.query, "\(Self.group)/python" + Self.version,
                ] {
                    let method: HTTPMethod =
                        path.contains("files") || path.hasPrefix(Self.group) ? .GET : .POST
                    let answer = try await server.send(method, path, headers: headers, key: nil)
                    #expect(answer.status == 401, "\(path) \(answer.status)")
                }
            }
            #expect(try await status(server, "/pools/python/mcp", ["x-ms-apikey": key + "x"]) == 401)
            #expect(try await status(server, "/pools/python/mcp", ["x-ms-apikey": RunningServer.key]) == 200)
        }
    }

    @Test("A rotated key is refused at once, and both names of the rotation do it")
    func rotation() async throws {
        try await with { server in
            var keys = [try await key(server, "fetchMcpServerCredentials")]
            for route in ["rotateMcpServerCredentials", "regenerateCredentials"] {
                keys.append(try await key(server, route))
                #expect(try await key(server, "fetchMcpServerCredentials") == keys.last)
                for (index, key) in keys.enumerated() {
                    let expected = index == keys.count - 1 ? 200 : 401
                    #expect(try await status(server, "/pools/python/mcp", ["x-ms-apikey": key]) == expected)
                }
            }
        }
    }

    @Test("Keys are for operators, and of pools that have an MCP server")
    func refusals() async throws {
        try await with { server in
            let path = "\(Self.group)/python/fetchMCPServerCredentials" + Self.version
            #expect(try await server.send(.POST, path, key: RunningServer.limitedKey).status == 403)
            #expect(try await server.send(.GET, path).status == 405)
            #expect(
                try await server.send(.POST, path.replacing(Self.version, with: "")).code
                    == "InvalidApiVersion"
            )
            let none = path.replacing("/python/", with: "/none/")
            #expect(try await server.send(.POST, none).code == "ResourceNotFound")
            for route in ["fetchMCPServerCredentials", "rotateMCPServerCredentials"] {
                let answer = try await server.send(.POST, "\(Self.group)/node/\(route)" + Self.version)
                #expect(answer.status == 400 && answer.code == "SessionMCPServerNotEnabled")
            }
        }
    }

    @Test("A made pool has the server that its resource says, and a key that ends with it")
    func madePools() async throws {
        try await with { server in
            let path = Self.group + "/orders"
            let settings = { (text: String) in
                try await server.send(
                    .PUT,
                    path + Self.version,
                    body: .bytes(
                        ByteBuffer(string: #"{"location":"w","properties":{"mcpServerSettings":{\#(text)}}}"#)
                    )
                )
            }
            let mcp = "/subscriptions/s-1/resourceGroups/rg/sessionPools/orders/mcp"
            let made = try await settings(#""isMcpServerEnabled":true"#)
            let shown = made.json?["properties"]?["mcpServerSettings"]
            #expect(shown?["mcpServerEndpoint"]?.text == server.baseURL + mcp)
            let key = try await key(server, "fetchMCPServerCredentials", of: "orders")
            #expect(try await status(server, mcp, ["x-ms-apikey": key]) == 200)

            let off = try await settings(#""isMcpServerEnabled":true,"isMcpServerApiKeyDisabled":true"#)
            #expect(off.status == 200)
            #expect(try await status(server, mcp, ["x-ms-apikey": key]) == 401)
            #expect(try await server.post(Self.ping, to: mcp).status == 200, "an API key of the cluster")
            let fetch = "\(path)/fetchMCPServerCredentials" + Self.version
            #expect(try await server.send(.POST, fetch).code == "SessionMCPServerNotEnabled")

            _ = try await settings(#""isMcpServerEnabled":false"#)
            #expect(try await server.post(Self.ping, to: mcp).code == "SessionMCPServerNotEnabled")
            #expect(try await status(server, mcp, ["x-ms-apikey": key]) == 401)

            #expect(try await server.send(.DELETE, path + Self.version).status == 202)
            try await Task.sleep(for: .milliseconds(2))
            _ = try await settings(#""isMcpServerEnabled":true"#)
            let other = try await self.key(server, "fetchMCPServerCredentials", of: "orders")
            #expect(other != key, "another pool of that name")
            #expect(try await status(server, mcp, ["x-ms-apikey": key]) == 401)
            let elsewhere = path.replacing("/rg/", with: "/other/")
            let refused = try await server.send(
                .POST,
                elsewhere + "/fetchMCPServerCredentials" + Self.version
            )
            #expect(refused.code == "ResourceNotFound")
        }
    }
}
