import EtcdServer
import Synchronization
import Testing

@testable import Etcd

/// The client against a real etcd.
@Suite("Etcd", .timeLimit(.minutes(2)))
struct EtcdTests {
    /// The changes that a watch told, in their order.
    private final class Log: Sendable {
        private let changes = Mutex<[EtcdChange]>([])

        func add(_ change: EtcdChange) { changes.withLock { $0.append(change) } }

        /// What the changes say: `+key=value`, `-key`, `=key,key`.
        var lines: [String] {
            changes.withLock { $0 }.compactMap { change in
                switch change {
                case .everything(let entries, _): "=" + entries.map(\.key).joined(separator: ",")
                case .put(let entry): "+\(entry.key)=\(String(decoding: entry.value, as: UTF8.self))"
                case .removed(let key, _): "-\(key)"
                case .caughtUp: nil
                }
            }
        }
    }

    private func put(_ client: EtcdClient, _ key: String, _ value: String = "", lease: EtcdLease? = nil)
        async throws
    {
        _ = try await client.transact(EtcdTransaction(then: [.put(key, Array(value.utf8), lease: lease)]))
    }

    private func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if try await condition() { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return try await condition()
    }

    @Test("A transaction happens as a whole, and only while its conditions hold")
    func transactions() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let make = EtcdTransaction(
                if: [.isAbsent("a")],
                then: [.put("a", [1, 0, 255]), .put("b", [])],
                otherwise: [.read(.key("a"))]
            )
            let first = try await client.transact(make)
            let second = try await client.transact(make)
            #expect(first.held && !second.held)
            #expect(second.results.first?.entries.first?.value == [1, 0, 255])
            #expect(try await client.read(.prefix("a")).map(\.modifyRevision) == [first.revision])
            let change = EtcdTransaction(
                if: [.isUnchanged("a", since: first.revision)],
                then: [.put("a", [2])]
            )
            #expect(try await client.transact(change).held)
            #expect(try await !client.transact(change).held)
            #expect(
                try await client.transact(EtcdTransaction(if: [.isPresent("b")], then: [.remove(.key("b"))]))
                    .held
            )
            #expect(try await client.read(.between("a", and: "c")).map(\.key) == ["a"])
            let lonely = EtcdTransaction(if: [.isEmpty(.prefix("c/"))], then: [.put("c/1", [])])
            #expect(try await client.transact(lonely).held)
            #expect(try await !client.transact(lonely).held)
            await client.close()
            let late = await #expect(throws: EtcdError.self) { try await client.read(.key("a")) }
            #expect(late?.kind == .closed)
        }
    }

    @Test("What stands under a lease goes with it")
    func leases() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            let lease = try await client.grantLease(seconds: 60)
            let short = try await client.grantLease(seconds: 1)
            try await put(client, "long", lease: lease)
            try await put(client, "short", lease: short)
            try await client.renew(lease)
            #expect(try await eventually { try await client.read(.prefix("short")).isEmpty })
            #expect(try await client.read(.key("long")).count == 1)
            let late = await #expect(throws: EtcdError.self) { try await client.renew(short) }
            #expect(late?.kind == .leaseNotFound)
            try await client.revoke(lease)
            try await client.revoke(lease)
            #expect(try await client.read(.key("long")).isEmpty)
        }
    }

    @Test("A watch tells what there is and each change after it, over a crash of etcd and over compactions")
    func watch() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            try await put(client, "w/1", "a")
            let log = Log()
            let watching = Task { try await EtcdWatch(client, .prefix("w/")).run { log.add($0) } }
            #expect(await eventually { log.lines == ["=w/1"] })
            try await put(client, "w/2", "b")
            try await put(client, "other", "c")
            _ = try await client.transact(EtcdTransaction(then: [.remove(.key("w/1"))]))
            #expect(await eventually { log.lines == ["=w/1", "+w/2=b", "-w/1"] })
            server.stop()
            try await server.start()
            try await put(client, "w/3", "d")
            #expect(await eventually { log.lines == ["=w/1", "+w/2=b", "-w/1", "+w/3=d"] }, "\(log.lines)")
            watching.cancel()
            try await watching.value
        }
    }

    @Test("A watch whose place in history was compacted away begins with all that there is")
    func compaction() async throws {
        let server = try await EtcdServer()
        try await server.withClient { client in
            try await put(client, "w/1", "a")
            for value in 0..<5 { try await put(client, "w/2", "\(value)") }
            let newest = try await client.read(.key("w/2")).first?.modifyRevision ?? 0
            struct Compaction: Encodable { let revision: EtcdMessage.Number }
            struct Nothing: Decodable {}
            let _: Nothing = try await client.ask(
                "/v3/kv/compaction",
                Compaction(revision: EtcdMessage.Number(newest)),
                changes: false
            )
            let log = Log()
            let watching = Task { try await EtcdWatch(client, .prefix("w/")).run(from: 2) { log.add($0) } }
            #expect(await eventually { log.lines == ["=w/1,w/2"] }, "\(log.lines)")
            watching.cancel()
            try await watching.value
        }
    }

    @Test("The next member is asked when one is down; when none answers, that is said within seconds")
    func failover() async throws {
        let server = try await EtcdServer()
        let closed = "http://127.0.0.1:9"
        try await server.withClient(of: [closed, server.endpoint + "/"]) { client in
            try await put(client, "a", "1")
            server.stop()
            let failure = await #expect(throws: EtcdError.self) { try await client.read(.key("a")) }
            #expect(failure?.kind == .unavailable)
            try await server.start()
            #expect(try await client.read(.key("a")).count == 1)
        }
    }

    @Test("Users have to say who they are; a token that is not known any more is renewed")
    func users() async throws {
        struct User: Encodable { var name: String?, user: String?, password: String?, role: String? }
        struct Nothing: Decodable {}
        let server = try await EtcdServer()
        let steps = [
            ("user/add", User(name: "root", password: "right")), ("role/add", User(name: "root")),
            ("user/grant", User(user: "root", role: "root")), ("enable", User()),
        ]
        func refusal(_ user: EtcdConfiguration.User?) async throws -> EtcdError.Kind? {
            try await server.withClient(user: user) { client in
                await #expect(throws: EtcdError.self) { try await client.read(.key("a")) }?.kind
            }
        }
        try await server.withClient { client in
            for (path, body) in steps {
                let _: Nothing = try await client.ask("/v3/auth/" + path, body, changes: false)
            }
        }
        #expect(try await refusal(nil) == .unauthorized)
        #expect(try await refusal(.init(name: "root", password: "wrong")) == .unauthorized)
        try await server.withClient(user: .init(name: "root", password: "right")) { client in
            try await put(client, "a", "1")
            // etcd keeps its simple tokens in memory: after a crash none is known.
            server.stop()
            try await server.start()
            #expect(try await client.read(.key("a")).count == 1)
        }
    }

    @Test("Lines come out whole, however they were cut")
    func lines() throws {
        var splitter = LineSplitter(bytesMax: 8)
        #expect(try splitter.split(Array("ab".utf8)).isEmpty)
        #expect(try splitter.split(Array("c\n\nd\ne".utf8)) == [Array("abc".utf8), Array("d".utf8)])
        #expect(try splitter.split([10]) == [Array("e".utf8)])
        #expect(throws: EtcdError.self) { try splitter.split(Array("123456789".utf8)) }
    }
}
