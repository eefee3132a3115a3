import Domain
import EtcdServer
import Testing

@testable import Etcd
@testable import Store

/// Being in touch with the directory that coordinators share, and what is told of it.
@Suite("In touch with the shared directory", .timeLimit(.minutes(2)))
struct DirectoryTouchTests {
    @Test(
        "Each coordinator is told what there is, then each change in order; after a shutdown nothing is left of it"
    )
    func changes() async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one") { one in
                let life = try Sample.life("worker-1")
                let worker = try await one.directory.hearFirst(life)
                let first = try await one.directory.placed("alpha", on: worker)
                try await cluster.running("two") { two in
                    let second = try await two.directory.placed("beta", on: worker)
                    try await two.directory.end([try first.record()])
                    _ = try await two.directory.hear(life, at: "x", replacing: nil)
                    for log in [one.log, two.log] {
                        let isTold = await eventually(within: .seconds(20)) {
                            log.snapshot.sessions == [second] && log.snapshot.hears[life.worker]?.count == 2
                        }
                        #expect(isTold, "\(log.snapshot)")
                        #expect(log.snapshot.workers == [worker])
                        #expect(log.snapshot.coordinators.map(\.name).sorted() == ["one", "two"])
                        #expect(log.snapshot.inTouch == ["one", "two"])
                        let revisions = log.changes.map(\.revision)
                        #expect(revisions == revisions.sorted())
                        guard case .everything = log.changes.first?.kind else {
                            Issue.record("no snapshot first")
                            return
                        }
                    }
                    // Progress goes on while nothing else happens.
                    let reached = one.log.revision
                    #expect(await eventually(within: .seconds(20)) { one.log.revision > reached })
                }
                let isAlone = await eventually(within: .seconds(20)) {
                    one.log.snapshot.inTouch == ["one"]
                        && one.log.snapshot.coordinators.map(\.name) == ["one"]
                        && one.log.snapshot.hears[life.worker]?.keys.sorted() == ["one"]
                }
                #expect(isAlone, "\(one.log.snapshot)")
            }
            #expect(try await cluster.keys(below: "live/coordinator/").isEmpty)
            #expect(try await cluster.keys(below: "live/in-touch/").isEmpty)
            #expect(try await cluster.keys(below: "live/hears/").isEmpty)
        }
    }

    @Test("A new life of a coordinator takes its place; the former one ends and does not take it back")
    func former() async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one", leaseSeconds: 2) { former in
                try await cluster.running("one", incarnation: 2, leaseSeconds: 2) { _ in
                    #expect(await former.end()?.code == .unusable)
                    let kept = try await cluster.client.read(
                        .prefix("/cloister/v1/\(cluster.name)/live/coordinator/")
                    )
                    let records = try kept.map { try StoredCoordinator.read($0).record }
                    #expect(records.map(\.incarnation) == [Incarnation(2)])
                }
            }
        }
    }

    @Test(
        "While etcd is away a coordinator knows that it is out of touch; then everything is right again, by itself"
    )
    func away() async throws {
        let server = try await EtcdServer()
        try await DirectoryCluster.with(server) { cluster in
            let impatient = cluster.directory("two", patience: .milliseconds(500))
            try await cluster.running("one", leaseSeconds: 4) { one in
                let life = try Sample.life("worker-1")
                let worker = try await one.directory.hearFirst(life)
                let entry = try await one.directory.placed("alpha", on: worker)
                #expect(await eventually(within: .seconds(20)) { one.log.snapshot.sessions == [entry] })
                server.stop()
                #expect(await eventually(within: .seconds(20)) { await !one.isInTouch })
                let key = try Sample.key("beta")
                let refused = await #expect(throws: StoreError.self) {
                    try await impatient.place(key, on: worker, most: 10)
                }
                #expect(refused?.code == .busy)
                // One that waits long enough is served when etcd is back.
                async let patient = one.directory.place(key, on: worker, most: 10)
                try await server.start()
                guard case .placed(let second) = try await patient else {
                    Issue.record("not placed")
                    return
                }
                #expect(await eventually(within: .seconds(10)) { await one.isInTouch })
                let isTold = await eventually(within: .seconds(10)) {
                    Set(one.log.snapshot.sessions) == [entry, second]
                }
                #expect(isTold, "\(one.log.snapshot)")
            }
        }
    }

    @Test("A crash of etcd and a compaction right after it hide no change")
    func compaction() async throws {
        let server = try await EtcdServer()
        try await DirectoryCluster.with(server) { cluster in
            try await cluster.running("one") { one in
                let worker = try await one.directory.hearFirst(try Sample.life("worker-1"))
                let first = try await one.directory.placed("alpha", on: worker)
                #expect(await eventually(within: .seconds(20)) { one.log.snapshot.sessions == [first] })
                server.stop()
                try await server.start()
                var second: DirectoryEntry?
                try await server.withClient { client in
                    let other = cluster.directory("two", client: client)
                    try await other.end([try first.record()])
                    second = try await other.placed("beta", on: worker)
                    try await compact(client, upTo: second?.session.generation.number ?? 0)
                }
                let isTold = await eventually(within: .seconds(15)) { one.log.snapshot.sessions == [second] }
                #expect(isTold, "\(one.log.snapshot)")
            }
        }
    }

    private func compact(_ client: EtcdClient, upTo revision: UInt64) async throws {
        struct Compaction: Encodable { let revision: EtcdMessage.Number }
        struct Nothing: Decodable {}
        let body = Compaction(revision: EtcdMessage.Number(Int64(revision)))
        let _: Nothing = try await client.ask("/v3/kv/compaction", body, changes: false)
    }

    @Test(
        "When its lease is gone, a coordinator is told that it hears nobody, registers anew, and may hear again"
    )
    func lease() async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one", leaseSeconds: 2) { one in
                let life = try Sample.life("worker-1")
                let worker = try await one.directory.hearFirst(life)
                #expect(
                    await eventually(within: .seconds(20)) {
                        one.log.snapshot.hears[life.worker] == ["one": life]
                    }
                )
                guard let lease = await one.directory.lease else {
                    Issue.record("no lease")
                    return
                }
                try await cluster.client.revoke(lease)
                let isTold = await eventually(within: .seconds(20)) {
                    one.log.snapshot.hears[life.worker] == [:]
                }
                #expect(isTold)
                #expect(await eventually(within: .seconds(20)) { await one.directory.touch?.number == 2 })
                let again = try await one.directory.hear(life, at: "x", replacing: nil)
                guard case .heard(worker, touch: 2, _) = again else {
                    Issue.record("\(again)")
                    return
                }
                let isWhole = await eventually(within: .seconds(20)) {
                    one.log.snapshot.hears[life.worker] == ["one": life]
                        && one.log.snapshot.inTouch == ["one"]
                }
                #expect(isWhole, "\(one.log.snapshot)")
            }
        }
    }

    @Test("A coordinator takes itself for out of touch before etcd removes what it said")
    func margin() async throws {
        try await DirectoryCluster.with { cluster in
            let client = try EtcdClient(EtcdConfiguration(endpoints: [cluster.server.endpoint]))
            let one = RunningDirectory(cluster.directory("one", leaseSeconds: 2, client: client))
            #expect(await eventually(within: .seconds(20)) { await one.isInTouch })
            _ = try await one.directory.hearFirst(try Sample.life("worker-1"))
            // Renewed a few times.
            let first = await one.directory.inTouchUntil
            #expect(await eventually(within: .seconds(20)) { await one.directory.inTouchUntil != first })
            let until = await one.directory.inTouchUntil
            // From here on nothing is renewed.
            await client.close()
            var last = ContinuousClock.now
            let isGone = try await eventually(within: .seconds(10)) {
                let sent = ContinuousClock.now
                let isThere = try await !cluster.keys(below: "live/hears/").isEmpty
                if isThere { last = sent }
                return !isThere
            }
            #expect(isGone)
            #expect(until.map { $0 < last } == true)
            #expect(await !one.isInTouch)
            await one.stop()
        }
    }
}
