import APIModel
import Domain
import Foundation
import SeededRandomness
import Testing

@Suite("Session pools as resources")
struct SessionPoolTests {
    private static let history = SessionPoolResource.History(createdMilliseconds: 0, changedMilliseconds: 1)
    private static let version = APIVersion.latest

    private static func address() throws -> SessionPoolAddress {
        SessionPoolAddress(subscription: "s-1", resourceGroup: "RG", name: try PoolName("pool"))
    }

    private static func json(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    private static func made(_ text: String, replacing present: SessionPoolResource? = nil) throws
        -> SessionPoolResource
    {
        try SessionPoolResource.made(from: try json(text), at: try address(), replacing: present)
    }

    private static func shown(
        _ pool: SessionPoolResource,
        for name: String = version.name
    ) throws -> JSONValue {
        pool.rendered(for: try APIVersion.named(name), history: history, origin: "https://h:1")
    }

    private static let full = """
        {"location":"west","tags":{"a":"b"},"properties":{"containerType":"nodelts",
        "scaleConfiguration":{"maxConcurrentSessions":20,"readySessionInstances":5},
        "dynamicPoolConfiguration":{"lifecycleConfiguration":{"lifecycleType":"timed","cooldownPeriodInSeconds":400}},
        "sessionNetworkConfiguration":{"status":"EgressDisabled"},"secrets":[{"name":"k","value":"v-1"}],
        "mcpServerSettings":{"isMCPServerEnabled":false},
        "cloisterSettings":{"memoryMiB":512,"timeoutSeconds":30,
        "readySchedule":[{"fromHour":22,"toHour":6,"readySessionInstances":1}]}}}
        """

    @Test("What is PUT comes back from GET with what only the server knows, and without secrets' values")
    func roundTrip() throws {
        let pool = try Self.made(Self.full)
        let shown = try Self.shown(pool)
        #expect(
            shown["id"]?.text
                == "/subscriptions/s-1/resourceGroups/RG/providers/Microsoft.App/sessionPools/pool"
        )
        #expect(shown["tags"]?["a"]?.text == "b")
        let properties = try #require(shown["properties"])
        #expect(properties["containerType"]?.text == "NodeLTS")
        #expect(properties["scaleConfiguration"]?["readySessionInstances"] == .integer(5))
        #expect(
            properties["poolManagementEndpoint"]?.text
                == "https://h:1/subscriptions/s-1/resourceGroups/RG/sessionPools/pool"
        )
        #expect(properties["mcpServerSettings"]?["isMcpServerEnabled"] == .boolean(false))
        #expect(!String(decoding: shown.encoded, as: UTF8.self).contains("v-1"))
        let again = try SessionPoolResource.made(from: shown, at: try Self.address(), replacing: pool)
        #expect(try again.configuration() == pool.configuration())
        #expect(again.document["properties"]?["secrets"] == pool.document["properties"]?["secrets"])
    }

    @Test(
        "An MCP server is on where it is said, is shown with its address, and outlives versions that have no word for it"
    )
    func mcp() throws {
        #expect(try Self.made(#"{"location":"w"}"#).configuration().mcp == MCPSettings())
        let pool = try Self.made(
            #"{"location":"w","properties":{"mcpServerSettings":{"isMCPServerEnabled":true,"isMcpServerApiKeyDisabled":true}}}"#
        )
        #expect(try pool.configuration().mcp == MCPSettings(isEnabled: true, isKeyDisabled: true))
        let shown = try Self.shown(pool)["properties"]?["mcpServerSettings"]
        let endpoint = "https://h:1/subscriptions/s-1/resourceGroups/RG/sessionPools/pool/mcp"
        #expect(shown?["mcpServerEndpoint"]?.text == endpoint)
        let body = try JSONDecoder().decode(JSONValue.self, from: Data(#"{"location":"w"}"#.utf8))
        for (version, isKept) in [("2026-07-01", true), ("2025-10-02-preview", false)] {
            let again = try SessionPoolResource.made(
                from: body,
                at: try Self.address(),
                replacing: pool,
                version: try APIVersion.named(version)
            )
            #expect(try again.configuration().mcp.isEnabled == isKept, "\(version)")
        }
    }

    @Test("A resource is what the cluster runs")
    func configuration() throws {
        let pool = try Self.made(Self.full).configuration()
        #expect(pool.runtime == .node)
        #expect(pool.maxConcurrentSessions == 20)
        #expect(pool.lifecycle == .timed(cooldown: .seconds(400)))
        #expect(pool.limits.timeout == .seconds(30))
        #expect(pool.readySessions(atHour: 12) == 5)
        #expect([22, 23, 0, 5].allSatisfy { pool.readySessions(atHour: $0) == 1 })
        #expect(pool.readySessions(atHour: 6) == 5)
    }

    @Test(
        "Each version has its spelling of the lifecycle, and both are read",
        arguments: ["2024-02-02-preview", "2024-10-02-preview", "2025-01-01", "2026-07-01"]
    )
    func spellings(version: String) throws {
        let old =
            #"{"location":"w","properties":{"dynamicPoolConfiguration":{"executionType":"Timed","cooldownPeriodInSeconds":301}}}"#
        let pool = try Self.made(old)
        #expect(try pool.configuration().lifecycle == .timed(cooldown: .seconds(301)))
        let dynamic = try #require(
            try Self.shown(pool, for: version)["properties"]?["dynamicPoolConfiguration"]
        )
        let isOld = version.hasPrefix("2024")
        #expect((dynamic["executionType"]?.text == "Timed") == isOld)
        #expect((dynamic["lifecycleConfiguration"]?["cooldownPeriodInSeconds"] == .integer(301)) == !isOld)
    }

    @Test(
        "What does not hold is refused with its code",
        arguments: [
            (#"{}"#, "InvalidRequestContent"), (#"[]"#, "InvalidRequestContent"),
            (#"{"location":"w","propertys":{}}"#, "InvalidRequestContent"),
            (
                #"{"location":"w","properties":{"containerType":"CustomContainer"}}"#,
                "SessionPoolFeatureNotSupported"
            ),
            (#"{"location":"w","properties":{"containerType":"Perl"}}"#, "InvalidRequestContent"),
            (#"{"location":"w","properties":{"environmentId":"/e"}}"#, "InvalidRequestContent"),
            (
                #"{"location":"w","properties":{"sessionNetworkConfiguration":{"status":"EgressEnabled"}}}"#,
                "SessionPoolFeatureNotSupported"
            ),
            (
                #"{"location":"w","properties":{"scaleConfiguration":{"readySessionInstances":10}}}"#,
                "SessionPoolInvalidReadySessionInstances"
            ),
            (
                #"{"location":"w","properties":{"scaleConfiguration":{"maxConcurrentSessions":-1}}}"#,
                "InvalidRequestContent"
            ),
            (
                #"{"location":"w","properties":{"scaleConfiguration":{"maxConcurrentSessions":"5"}}}"#,
                "InvalidRequestContent"
            ),
            (
                #"{"location":"w","properties":{"dynamicPoolConfiguration":{"lifecycleConfiguration":{"lifecycleType":"Timed","maxAlivePeriodInSeconds":9}}}}"#,
                "InvalidRequestContent"
            ),
            (#"{"location":"w","properties":{"secrets":[{"name":"a"}]}}"#, "InvalidRequestContent"),
            (#"{"location":"w","identity":{"type":"SystemAssigned"}}"#, "SessionPoolFeatureNotSupported"),
            (#"{"location":"w","properties":{"cloisterSettings":{"memoryMiB":1}}}"#, "InvalidRequestContent"),
        ]
    )
    func refusals(body: String, code: String) throws {
        let failure = #expect(throws: Failure.self) { _ = try Self.made(body) }
        #expect(failure?.code.name == code, "\(failure?.message ?? "")")
    }

    @Test("PATCH merges: what it names changes, null removes, the rest stays")
    func patch() throws {
        let pool = try Self.made(Self.full)
        let changed = try pool.updated(
            with: try Self.json(
                #"{"tags":{"a":null,"c":"d"},"properties":{"scaleConfiguration":{"readySessionInstances":null},"secrets":[{"name":"k"}]}}"#
            )
        )
        let configuration = try changed.configuration()
        #expect(configuration.readySessions == 0)
        #expect(configuration.maxConcurrentSessions == 20)
        #expect(changed.document["tags"] == .object([.init("c", .string("d"))]))
        #expect(changed.document["properties"]?["secrets"] == pool.document["properties"]?["secrets"])
    }

    @Test("Another lifecycle takes the place of the former one with its period")
    func lifecyclePatch() throws {
        let patch =
            #"{"properties":{"dynamicPoolConfiguration":{"lifecycleConfiguration":{"lifecycleType":"OnContainerExit","maxAlivePeriodInSeconds":600}}}}"#
        let changed = try Self.made(Self.full).updated(with: try Self.json(patch))
        #expect(try changed.configuration().lifecycle == .onContainerExit(maxAlive: .seconds(600)))
    }

    @Test(
        "What a pool is made with does not change",
        arguments: [#"{"location":"east"}"#, #"{"properties":{"containerType":"Shell"}}"#]
    )
    func fixed(patch: String) throws {
        let failure = #expect(throws: Failure.self) {
            _ = try Self.made(Self.full).updated(with: try Self.json(patch))
        }
        #expect(failure?.code == .propertyChangeNotAllowed)
    }

    @Test("The examples of RFC 7396 come out as it says")
    func mergePatch() throws {
        let examples = [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#), (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#), (#"{"a":"foo"}"#, #"null"#, #"null"#),
            (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ]
        for (present, patch, expected) in examples {
            let merged = try Self.json(present).merged(with: try Self.json(patch))
            #expect(merged == (try Self.json(expected)), "\(present) \(patch)")
        }
    }

    @Test("Whatever is sent is either refused or comes back as it was sent")
    func property() throws {
        var generator = SeededGenerator(seed: 7)
        var made = 0
        for _ in 0..<500 {
            let sessions = Int.random(in: 0...30, using: &generator)
            let ready = Int.random(in: -1...31, using: &generator)
            let cooldown = Int.random(in: -1...5_000, using: &generator)
            let body = """
                {"location":"w","properties":{"scaleConfiguration":{"maxConcurrentSessions":\(sessions),
                "readySessionInstances":\(ready)},"dynamicPoolConfiguration":{"lifecycleConfiguration":
                {"lifecycleType":"Timed","cooldownPeriodInSeconds":\(cooldown)}}}}
                """
            let isGood = sessions > 0 && ready > 0 && ready < sessions && cooldown > 0
            guard let pool = try? Self.made(body) else {
                #expect(!isGood, "\(body)")
                continue
            }
            made += 1
            #expect(isGood)
            let shown = try #require(try Self.shown(pool)["properties"])
            #expect(shown["scaleConfiguration"] == (try Self.json(body))["properties"]?["scaleConfiguration"])
            #expect(
                shown["dynamicPoolConfiguration"]
                    == (try Self.json(body))["properties"]?["dynamicPoolConfiguration"]
            )
        }
        #expect(made > 50)
    }
}
