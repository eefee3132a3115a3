import APIModel
import Domain
import PoolDocuments
import SeededRandomness
import Testing

@Suite("What applying a document changes")
struct PoolChangeTests {
    private func document(_ text: String) throws -> PoolDocument {
        let found = PoolDocuments(
            [.init(name: "p", text: text, secrets: SecretSource(file: { _ in nil }, variable: { _ in nil }))],
            parameters: [:]
        )
        #expect(found.problems == [])
        return try #require(found.pools.first)
    }

    /// The pool as the server would show it after the document was applied.
    private func shown(_ text: String) throws -> JSONValue {
        let document = try document(text)
        let address = SessionPoolAddress(
            subscription: document.subscription ?? "local",
            resourceGroup: document.resourceGroup ?? "cloister",
            name: document.name
        )
        return try SessionPoolResource.made(from: document.body, at: address, replacing: nil).rendered(
            for: .latest,
            history: .init(createdMilliseconds: 1, changedMilliseconds: 2),
            origin: "http://h"
        )
    }

    private func change(_ text: String, from present: String?, isDeclared: Bool = false) throws -> PoolChange
    {
        try PoolChange(document(text), present: present.map(shown), isDeclared: isDeclared)
    }

    private func lines(_ change: PoolChange) -> [String] {
        change.differences.map { difference in
            func text(_ value: JSONValue?) -> String {
                value.map { String(decoding: $0.encoded, as: UTF8.self) } ?? "-"
            }
            return "\(difference.path) \(text(difference.old)) \(text(difference.new))"
        }
    }

    private static let base = """
        name: orders
        location: local
        tags: {team: orders}
        properties:
          scaleConfiguration: {maxConcurrentSessions: 20}
          secrets: [{name: a, value: hidden-a}, {name: b, value: hidden-b}]
          cloisterSettings:
            readySchedule: [{fromHour: 7, toHour: 18, readySessionInstances: 1}]
        """

    @Test("The same again is no change, whatever its order, spelling or what the server adds")
    func unchanged() throws {
        for text in [
            Self.base,
            """
            PROPERTIES:
              containertype: pythonlts
              dynamicPoolConfiguration: {executionType: timed, cooldownPeriodInSeconds: 300}
              secrets: [{name: b}, {name: a, value: other}]
              scaleConfiguration: {maxConcurrentSessions: 20}
              cloisterSettings: {readySchedule: [{toHour: 18, fromHour: 7, readySessionInstances: 1}]}
              provisioningState: Whatever
            id: /subscriptions/LOCAL/resourceGroups/Cloister/providers/microsoft.app/sessionpools/orders
            tags: {team: orders}
            location: local
            """,
        ] {
            let change = try change(text, from: Self.base)
            #expect(change.action == .none && change.differences == [], "\(lines(change))")
        }
        #expect(try change(Self.base, from: Self.base).uncomparedSecrets == 2)
        let read = try PoolDocument(shown(Self.base), place: "")
        let again = try PoolChange(read, present: shown(Self.base), isDeclared: false)
        #expect(again.action == .none && again.uncomparedSecrets == 0, "what was read can be applied again")
    }

    @Test("A change is told member by member, and no secret's value is in it")
    func changed() throws {
        let text = """
            name: orders
            location: local
            tags: {stage: test}
            properties:
              scaleConfiguration: {maxConcurrentSessions: 5}
              secrets: [{name: b, value: hidden-b}, {name: c, value: hidden-c}]
              cloisterSettings:
                readySchedule: [{fromHour: 8, toHour: 18, readySessionInstances: 1}]
            """
        let change = try change(text, from: Self.base)
        #expect(change.action == .change && change.uncomparedSecrets == 1)
        #expect(
            Set(lines(change)) == [
                #"tags.team "orders" -"#, #"tags.stage - "test""#,
                "properties.scaleConfiguration.maxConcurrentSessions 20 5",
                #"properties.secrets.a "(hidden)" -"#, #"properties.secrets.c - "(hidden)""#,
                "properties.cloisterSettings.readySchedule[0].fromHour 7 8",
            ]
        )
    }

    @Test("A new pool is told whole, without its secrets' values")
    func new() throws {
        let change = try change(Self.base, from: nil)
        #expect(change.action == .make)
        #expect(
            change.address.resourceID
                == "/subscriptions/local/resourceGroups/cloister/providers/Microsoft.App/sessionPools/orders"
        )
        let all = lines(change).joined(separator: "\n")
        #expect(all.contains("properties.scaleConfiguration.maxConcurrentSessions - 20"))
        #expect(!all.contains("hidden-"))
    }

    @Test("What the server would refuse is refused before anything is sent")
    func refused() throws {
        for (text, present, isDeclared, part) in [
            ("name: orders", nil, false, "location"),
            ("name: orders\nlocation: x\nproperties: {contanierType: Shell}", nil, false, "contanierType"),
            (
                "name: orders\nlocation: x\nproperties: {cloisterSettings: {memoryMiB: 1}}", nil, false,
                "memoryMiB"
            ),
            (
                "name: orders\nlocation: x\nproperties: {containerType: CustomContainer}", nil, false,
                "CustomContainer"
            ),
            ("name: orders\nlocation: x\nproperties: {secrets: [{name: a}]}", nil, false, "has no value"),
            ("name: orders\nlocation: elsewhere", Self.base, false, "location of a pool cannot be changed"),
            (
                "name: orders\nlocation: local\nproperties: {containerType: Shell}", Self.base, false,
                "containerType"
            ),
            (
                "name: orders\nlocation: local\nresourceGroup: other", Self.base, false,
                "stands in cloister and not in other"
            ),
            ("name: orders\nlocation: local\ntags: {a: b}", Self.base, true, "stands in the configuration"),
        ] {
            do {
                _ = try change(text, from: present, isDeclared: isDeclared)
                Issue.record("not refused: \(text)")
            } catch let failure as Failure {
                #expect(failure.message.contains(part), "\(failure)")
            }
        }
        #expect(try change(Self.base, from: Self.base, isDeclared: true).action == .none)
    }

    @Test(
        "Whatever pools are like, what is told leads from the one to the other, and none is told for equal ones"
    )
    func property() throws {
        var random = SeededGenerator(seed: 5)
        func pool() -> String {
            var parts = [
                "name: orders\nlocation: local\nproperties:\n  cloisterSettings: {images: \(Int.random(in: 0...3, using: &random))}"
            ]
            if Bool.random(using: &random) {
                parts.append(
                    "  scaleConfiguration: {maxConcurrentSessions: \(Int.random(in: 1...3, using: &random))}"
                )
            }
            if Bool.random(using: &random) {
                parts.append("  secrets: [{name: s\(Int.random(in: 0...1, using: &random)), value: v}]")
            }
            if Bool.random(using: &random) {
                parts.append("tags: {t\(Int.random(in: 0...1, using: &random)): x}")
            }
            return parts.joined(separator: "\n")
        }
        for _ in 0..<200 {
            let (old, new) = (pool(), pool())
            let change = try change(new, from: old)
            let isSame = try shown(old) == shown(new)
            #expect((change.action == .none) == isSame, "\(old)\n\n\(new)")
            #expect(change.differences.isEmpty == isSame)
            for difference in change.differences { #expect(difference.old != difference.new) }
        }
    }
}
