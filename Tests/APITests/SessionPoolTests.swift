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

/// The control plane over HTTP, on a real coordinator without workers.
@Suite("The control plane", .timeLimit(.minutes(2)))
struct SessionPoolTests {
    private static let group = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.App/sessionPools"
    private static let version = "?api-version=2025-10-02-preview"
    private static let body = #"{"location":"west","properties":{"containerType":"PythonLTS"}}"#

    private func with(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        let coordinator = try await LonelyCoordinator.make(
            pools: [PoolConfiguration(name: try PoolName("python"))]
        )
        let access = APIAccess(authenticator: PlayedAuthenticator(), pools: coordinator.pools)
        try await RunningServer.with(access: access, body)
    }

    @Test("A pool is made, shown, listed, changed and removed; each answer is the resource")
    func life() async throws {
        try await with { server in
            let path = Self.group + "/orders" + Self.version
            #expect(try await server.send(.GET, path).code == "ResourceNotFound")
            let made = try await server.send(.PUT, path, body: .bytes(.init(string: Self.body)))
            #expect(made.status == 201)
            let endpoint = made.json?["properties"]?["poolManagementEndpoint"]?.text
            #expect(endpoint == server.baseURL + "/subscriptions/s-1/resourceGroups/rg/sessionPools/orders")
            #expect(try await server.send(.PUT, path, body: .bytes(.init(string: Self.body))).status == 200)
            let shown = try await server.send(.GET, path.replacing("/rg/", with: "/RG/"))
            #expect(shown.json?["properties"]?["provisioningState"]?.text == "Succeeded")
            let patch = #"{"properties":{"scaleConfiguration":{"maxConcurrentSessions":3}}}"#
            let changed = try await server.send(.PATCH, path, body: .bytes(.init(string: patch)))
            #expect(
                changed.json?["properties"]?["scaleConfiguration"]?["maxConcurrentSessions"] == .integer(3)
            )
            #expect(try await names(server, Self.group) == ["python", "orders"])
            #expect(
                try await names(server, "/subscriptions/s-1/providers/Microsoft.App/sessionPools").count == 2
            )
            #expect(try await names(server, Self.group.replacing("rg", with: "other")) == ["python"])
            let all = try await server.send(.GET, "/cloister/v1/pools")
            guard case .array(let pools)? = all.json?["pools"] else {
                Issue.record("no list: \(all)")
                return
            }
            #expect(pools.map { $0["pool"]?["name"]?.text } == ["python", "orders"])
            #expect(pools.map { $0["declared"] } == [.boolean(true), .boolean(false)])
            let deleted = try await server.send(.DELETE, path)
            #expect(deleted.status == 202)
            let location = try #require(deleted.headers["Location"].first)
            #expect(
                try await server.send(.GET, String(location.dropFirst(server.baseURL.count))).status == 204
            )
            #expect(try await server.send(.DELETE, path).status == 204)
        }
    }

    private func names(_ server: RunningServer, _ path: String) async throws -> [String] {
        guard case .array(let pools)? = try await server.send(.GET, path + Self.version).json?["value"] else {
            return []
        }
        return pools.compactMap { $0["name"]?.text }
    }

    @Test("A pool of the configuration is shown everywhere and changed nowhere")
    func declared() async throws {
        try await with { server in
            let path = Self.group + "/python" + Self.version
            let shown = try await server.send(.GET, path)
            #expect(shown.json?["properties"]?["containerType"]?.text == "PythonLTS")
            for method in [HTTPMethod.PUT, .PATCH, .DELETE] {
                let answer = try await server.send(
                    method,
                    path,
                    body: method == .DELETE ? nil : .bytes(.init(string: Self.body))
                )
                #expect(answer.status == 409, "\(method)")
                #expect(answer.code == "PropertyChangeNotAllowed")
            }
        }
    }

    @Test("Of many who make the same pool at once, all are answered and one resource is there")
    func race() async throws {
        try await with { server in
            let path = Self.group + "/race" + Self.version
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await server.send(.PUT, path, body: .bytes(.init(string: Self.body))).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.allSatisfy { [200, 201, 409].contains($0) })
        }
    }

    @Test(
        "Names of pools are unique in the cluster; bad names, groups and bodies are told apart from errors of ours"
    )
    func refusals() async throws {
        try await with { server in
            let put = { (path: String, body: String) in
                try await server.send(.PUT, path + Self.version, body: .bytes(.init(string: body)))
            }
            #expect(try await put(Self.group + "/taken", Self.body).status == 201)
            let taken = try await put(Self.group.replacing("rg", with: "other") + "/taken", Self.body)
            #expect(taken.status == 409)
            #expect(try await put(Self.group + "/1bad", Self.body).code == "SessionPoolInvalidName")
            #expect(try await put(Self.group + "/good", "{").code == "InvalidRequestContent")
            #expect(
                try await put(Self.group.replacing("rg", with: "a%2Fb") + "/good", Self.body).status == 400
            )
            let without = try await server.send(.GET, Self.group + "/taken")
            #expect(without.code == "InvalidApiVersion")
        }
    }

    @Test("Only operators see and change pools")
    func rights() async throws {
        try await with { server in
            let path = Self.group + "/python" + Self.version
            let limited = try await server.send(.GET, path, key: RunningServer.limitedKey)
            #expect(limited.status == 403)
            let unknown = try await server.send(.GET, path, key: nil)
            #expect(unknown.status == 401)
        }
    }
}
