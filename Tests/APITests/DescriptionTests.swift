import API
import APIModel
import AsyncHTTPClient
import Coordinator
import Domain
import FoundationEssentials
import Identity
import Logging
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// The description of the API for programs, held against what is there.
@Suite(.timeLimit(.minutes(2))) struct DescriptionTests {
    /// A method of a path of the document.
    struct Operation: Hashable, CustomStringConvertible {
        let method: String
        let path: String
        let isOfPool: Bool
        let statuses: Set<String>

        var description: String { "\(method) \(path)" }
    }

    private static let prefixes = [
        "/pools/{pool}", "/subscriptions/{subscription}/resourceGroups/{group}/sessionPools/{pool}",
    ]

    /// Below `/files/` the router catches all that comes, for names have slashes; the document says what it is.
    private static let caught = [
        "GET /files/{}", "DELETE /files/{}", "GET /files/{}/content", "GET /files/content/{}",
    ]

    private static func members(_ value: JSONValue?) -> [JSONValue.Member] {
        guard case .object(let members) = value else { return [] }
        return members
    }

    private static func operations(_ document: JSONValue) -> [Operation] {
        members(document["paths"]).flatMap { path in
            members(path.value).filter { $0.name != "servers" && $0.name != "parameters" }.map { operation in
                Operation(
                    method: operation.name.uppercased(),
                    path: path.name,
                    isOfPool: path.value["servers"] == nil,
                    statuses: Set(members(operation.value["responses"]).map(\.name))
                )
            }
        }
    }

    /// A path without the names of its parameters.
    private static func plain(_ path: String) -> String {
        path.split(separator: "/").map { $0.hasPrefix("{") ? "/{}" : "/\($0)" }.joined()
    }

    /// Everything that a server can have.
    private static func access() async throws -> APIAccess {
        let coordinator = try await LonelyCoordinator.make(
            pools: [PoolConfiguration(name: try PoolName("python"))]
        )
        return APIAccess(
            authenticator: PlayedAuthenticator(),
            keys: try await KeyTests.ring(),
            mcpKeys: try await MCPKeyTests.ring(),
            pools: coordinator.pools,
            nodes: coordinator.dispatcher,
            nodeControl: coordinator.drains
        )
    }

    private static func body(of operation: Operation) -> HTTPClientRequest.Body? {
        switch operation.method {
        case "POST": .bytes(ByteBuffer(string: #"{"code":"1"}"#))
        case "PUT", "PATCH": .bytes(ByteBuffer(string: #"{"location":"west"}"#))
        default: nil
        }
    }

    @Test func `Each route stands in the document, and nothing else does`() async throws {
        let server = APIServer(
            configuration: APIServerConfiguration(),
            dispatch: ScriptedDispatch(),
            access: try await Self.access(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let document = try await RunningServer.with(access: try await Self.access()) { running in
            try await running.send(.GET, "/openapi.json", key: nil).json
        }
        let described = Self.operations(try #require(document))
        let routes = server.routes.filter { !$0.hasPrefix("HEAD ") }
        for prefix in Self.prefixes {
            var below = Set(
                routes.compactMap { route -> String? in
                    let parts = route.split(separator: " ", maxSplits: 1)
                    guard parts[1].hasPrefix(prefix + "/") else { return nil }
                    return "\(parts[0]) \(Self.plain(String(parts[1].dropFirst(prefix.count))))"
                }
            )
            #expect(below.remove("GET /files/**") != nil && below.remove("DELETE /files/**") != nil)
            below.subtract(["GET /files/upload", "DELETE /files/upload"])
            below.formUnion(Self.caught)
            #expect(below == Set(described.filter(\.isOfPool).map { "\($0.method) \(Self.plain($0.path))" }))
        }
        let others = routes.filter { route in !Self.prefixes.contains { route.contains(" \($0)/") } }
        #expect(Set(others) == Set(described.filter { !$0.isOfPool }.map(\.description)))
        #expect(others.count == 29)
        let servers = try #require(document?["servers"])
        guard case .array(let list) = servers else { return }
        #expect(list.map { $0["url"]?.text } == Self.prefixes)
    }

    @Test func `Every operation answers with a status that the document has for it, and so do its refusals`()
        async throws
    {
        var dispatch = ScriptedDispatch()
        dispatch.files = ScriptedFiles(["report.txt": "text"])
        dispatch.executions = PlayedExecutions()
        try await RunningServer.with(dispatch, access: try await Self.access()) { server in
            let answer = try await server.send(.GET, "/openapi.json", key: nil)
            #expect(answer.headers["content-type"] == ["application/json; charset=utf-8"])
            let document = try #require(answer.json)
            #expect(document["openapi"] == .string("3.1.0"))
            let operations = Self.operations(document)
            for operation in operations {
                for (key, query) in [
                    (RunningServer.key, RunningServer.query), (RunningServer.key, ""),
                    ("clk_nobody-nobody-nobody", RunningServer.query),
                    (RunningServer.limitedKey, RunningServer.query),
                ] {
                    let path =
                        (operation.isOfPool ? "/pools/python" : "")
                        + operation.path.replacing("{name}", with: "report.txt")
                        .replacing("{execution}", with: "one").replacing("{key}", with: "key-0")
                        .replacing("{pool}", with: "orders").replacing("{", with: "").replacing("}", with: "")
                    let told = try await server.send(
                        .init(rawValue: operation.method),
                        path + (query.isEmpty ? "" : query + "&filename=report.txt"),
                        body: Self.body(of: operation),
                        key: key
                    )
                    #expect(
                        operation.statuses.contains("\(told.status)"),
                        "\(operation) \(told.status) \(told.text)"
                    )
                    #expect(told.status != 404 || told.code != "NotFound", "\(operation)")
                }
            }
        }
    }

    @Test func `The versions, the codes of failures and the headers of the document are those there are`()
        async throws
    {
        try await RunningServer.with { server in
            let document = try #require(try await server.send(.GET, "/openapi.json", key: nil).json)
            let version = document["components"]?["parameters"]?["api-version"]?["schema"]?["enum"]
            #expect(version == .array(APIVersion.all.map { .string($0.name) }))
            let ran = try await server.post(#"{"code":"1"}"#)
            let headers = Self.members(document["components"]?["headers"]).map { $0.name.lowercased() }
            for (name, _) in ran.headers where name.lowercased().hasPrefix("x-ms-") {
                #expect(headers.contains(name.lowercased()), "\(name)")
            }
            let statuses = Set(FailureCode.all.map { "\($0.httpStatus)" })
            let described = Set(Self.operations(document).flatMap(\.statuses)).filter { $0 >= "400" }
            #expect(described == statuses.subtracting(["405"]))
        }
    }
}
