import Domain
import EtcdServer
import Testing

@testable import Etcd
@testable import Store

/// Workers in the directory that coordinators share.
@Suite("Workers in the shared directory", .timeLimit(.minutes(2)))
struct DirectoryWorkerTests {
    @Test(
        "A life counts until another comes; a lost or former one never again; of several new ones one counts"
    )
    func lives() async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one") { one in
                try await cluster.running("two") { two in
                    let life = try Sample.life("worker-1", epoch: 1)
                    let first = try await one.directory.hearFirst(life)
                    #expect(!first.isLost && first.address == "tcp://worker-1")
                    let again = try await two.directory.hear(life, at: "x", replacing: nil)
                    guard case .heard(first, touch: 1, _) = again else {
                        Issue.record("\(again)")
                        return
                    }
                    let former = try Sample.life("worker-1", epoch: 0)
                    let outcome = try await two.directory.hear(former, at: "x", replacing: first.revision)
                    #expect(outcome == .superseded)
                    let restarted = try Sample.life("worker-1", incarnation: 2)
                    #expect(try await two.directory.hear(restarted, at: "x", replacing: nil) == .changed)
                    let outcomes = try await withThrowingTaskGroup(of: HearingOutcome.self) { group in
                        for number in 2..<12 {
                            let next = try Sample.life("worker-1", incarnation: UInt64(number))
                            let directory = number % 2 == 0 ? one.directory : two.directory
                            group.addTask {
                                try await directory.hear(next, at: "x", replacing: first.revision)
                            }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(outcomes.count { $0 == .changed } == 9)
                }
            }
        }
    }

    @Test(
        "A worker is declared lost when nobody hears it, and only then; its life never comes back, its next one does"
    )
    func losses() async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one") { one in
                try await cluster.running("two") { two in
                    let life = try Sample.life("worker-1")
                    let record = try await one.directory.hearFirst(life)
                    _ = try await two.directory.hear(life, at: "x", replacing: nil)
                    #expect(try await !one.directory.declareLost(record))
                    try await one.directory.unhear(life, upTo: .max)
                    try await two.directory.unhear(try Sample.life("worker-1", epoch: 9), upTo: .max)
                    #expect(try await !one.directory.declareLost(record))
                    #expect(try await !one.directory.removeNode("worker-1"))
                    try await two.directory.unhear(life, upTo: .max)
                    #expect(try await one.directory.declareLost(record))
                    #expect(try await two.directory.declareLost(record))
                    #expect(
                        try await two.directory.hear(life, at: "x", replacing: record.revision) == .superseded
                    )
                    let lost = await eventually(within: .seconds(20)) {
                        one.log.snapshot.workers.first?.isLost == true
                    }
                    #expect(lost)
                    let revision = one.log.snapshot.workers.first?.revision
                    let next = try Sample.life("worker-1", epoch: 1)
                    let heard = try await two.directory.hear(next, at: "x", replacing: revision)
                    guard case .heard(let present, _, _) = heard else {
                        Issue.record("\(heard)")
                        return
                    }
                    #expect(try await !one.directory.declareLost(record))
                    try await two.directory.unhear(next)
                    #expect(try await one.directory.declareLost(present))
                    #expect(try await one.directory.removeNode("worker-1"))
                    #expect(try await !one.directory.removeNode("worker-1"))
                    #expect(try await cluster.keys(below: "live/worker/").isEmpty)
                }
            }
        }
    }

    @Test("A coordinator in touch is not removed; one that crashed is, when its lease is over")
    func coordinators() async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one") { one in
                let client = try EtcdClient(EtcdConfiguration(endpoints: [cluster.server.endpoint]))
                let two = RunningDirectory(cluster.directory("two", leaseSeconds: 2, client: client))
                #expect(await eventually(within: .seconds(20)) { await two.isInTouch })
                #expect(
                    await eventually(within: .seconds(20)) { one.log.snapshot.inTouch == ["one", "two"] }
                )
                #expect(try await !one.directory.removeNode("two"))
                // Without a client it cannot even say good-bye.
                await client.close()
                #expect(await two.end()?.code == .closed)
                #expect(await eventually(within: .seconds(10)) { one.log.snapshot.inTouch == ["one"] })
                #expect(one.log.snapshot.coordinators.count == 2)
                #expect(try await one.directory.removeNode("two"))
                #expect(try await !one.directory.removeNode("nobody"))
                #expect(await eventually(within: .seconds(20)) { one.log.snapshot.coordinators.count == 1 })
            }
        }
    }
}
