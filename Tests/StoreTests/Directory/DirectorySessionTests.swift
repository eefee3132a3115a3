import Domain
import Testing

@testable import Etcd
@testable import Store

/// Sessions in the directory that coordinators share.
@Suite("Sessions in the shared directory", .serialized, .timeLimit(.minutes(2)))
struct DirectorySessionTests {
    /// Lends two coordinators' directories and a worker that both may use.
    private func pair(
        _ body: (DirectoryCluster, [EtcdDirectory], WorkerRecord) async throws -> Void
    ) async throws {
        try await DirectoryCluster.with { cluster in
            try await cluster.running("one") { one in
                let record = try await one.directory.hearFirst(try Sample.life("worker-1"))
                try await body(cluster, [one.directory, cluster.directory("two")], record)
            }
        }
    }

    /// Places sessions at the same time, in turn through each directory.
    private func place(
        _ identifiers: [String],
        through directories: [EtcdDirectory],
        on worker: WorkerRecord,
        most: Int
    ) async throws -> [PlacingOutcome] {
        try await withThrowingTaskGroup(of: PlacingOutcome.self) { group in
            for (index, identifier) in identifiers.enumerated() {
                let key = try Sample.key(identifier)
                let directory = directories[index % directories.count]
                group.addTask { try await directory.place(key, on: worker, most: most) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func places(_ outcomes: [PlacingOutcome]) -> Int {
        outcomes.count { if case .placed = $0 { true } else { false } }
    }

    @Test("Of 1,000 first requests for one identifier through two coordinators one makes the session")
    func one() async throws {
        try await pair { cluster, directories, worker in
            let identifiers = Array(repeating: "alpha", count: 1_000)
            let outcomes = try await place(identifiers, through: directories, on: worker, most: 10)
            #expect(places(outcomes) == 1)
            let entries = Set(
                outcomes.compactMap { outcome -> DirectoryEntry? in
                    switch outcome {
                    case .placed(let entry), .existing(let entry): entry
                    default: nil
                    }
                }
            )
            #expect(entries.count == 1)
            #expect(outcomes.count == 1_000)
            #expect(try await cluster.keys(below: "slot/").count == 1)
            let key = cluster.directory("x").places.session(try Sample.key("alpha"))
            let revision = try await cluster.client.read(.key(key)).first?.modifyRevision
            #expect(entries.first?.session.generation.number == revision.map { UInt64($0) })
        }
    }

    @Test("1,000 sessions at once fill a pool of 1,000, and none is refused before that")
    func thousand() async throws {
        try await pair { cluster, directories, worker in
            let identifiers = (0..<1_000).map { "session-\($0)" }
            let outcomes = try await place(identifiers, through: [directories[0]], on: worker, most: 1_000)
            #expect(places(outcomes) == 1_000)
            let late = try await directories[1].place(try Sample.key("late"), on: worker, most: 1_000)
            #expect(late == .full(1_000))
        }
    }

    @Test("Two coordinators at once never exceed a pool's number, and reach it")
    func exact() async throws {
        try await pair { cluster, directories, worker in
            let identifiers = (0..<160).map { "session-\($0)" }
            let outcomes = try await place(identifiers, through: directories, on: worker, most: 50)
            #expect(places(outcomes) == 50)
            #expect(outcomes.count { $0 == .full(50) } == 110)
            #expect(try await cluster.keys(below: "slot/").count == 50)
            // An identifier that is there is found in a full pool, too.
            let present = outcomes.compactMap { outcome -> SessionLife? in
                if case .placed(let entry) = outcome { entry.session } else { nil }
            }
            let again = try await directories[1].place(present[0].key, on: worker, most: 50)
            #expect(again == .existing(DirectoryEntry(session: present[0], place: .placed(worker.life))))
            // A place that one coordinator frees is there for the other at once.
            try await directories[0].release(present[1])
            _ = try await directories[1].placed("another", on: worker, most: 50)
            #expect(try await cluster.keys(below: "slot/").count == 50)
        }
    }

    @Test("A pool that was made smaller takes none until enough have ended, whichever places they have")
    func smaller() async throws {
        try await pair { cluster, directories, worker in
            var entries: [DirectoryEntry] = []
            for number in 0..<20 {
                entries.append(try await directories[0].placed("session-\(number)", on: worker, most: 20))
            }
            let refused = try await directories[1].place(try Sample.key("late"), on: worker, most: 5)
            #expect(refused == .full(20))
            try await directories[0].end(try entries.prefix(18).map { try $0.record() })
            let identifiers = (0..<40).map { "new-\($0)" }
            let outcomes = try await place(identifiers, through: directories, on: worker, most: 5)
            #expect(places(outcomes) == 3)
            #expect(try await cluster.keys(below: "slot/").count == 5)
        }
    }

    @Test("A session moves once, keeps its place in the pool, and its former generation is nobody's any more")
    func moves() async throws {
        try await pair { cluster, directories, worker in
            let other = try await directories[0].hearFirst(try Sample.life("worker-2"))
            let entry = try await directories[0].placed("alpha", on: worker)
            let outcomes = try await withThrowingTaskGroup(of: PlacingOutcome.self) { group in
                for directory in directories + directories {
                    group.addTask { try await directory.move(entry.session, to: other) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(places(outcomes) == 1)
            guard
                let moved = outcomes.compactMap({ if case .placed(let entry) = $0 { entry } else { nil } })
                    .first
            else { return }
            #expect(outcomes.count { $0 == .existing(moved) } == 3)
            #expect(moved.session.generation > entry.session.generation)
            #expect(moved.place == .placed(other.life))
            try await directories[1].release(entry.session)
            #expect(try await cluster.keys(below: "slot/").count == 1)
            try await directories[1].release(moved.session)
            #expect(try await cluster.keys(below: "slot/").isEmpty)
            #expect(try await directories[0].move(moved.session, to: other) == .absent)
        }
    }

    @Test("No session goes to a life that counts no more")
    func superseded() async throws {
        try await pair { _, directories, worker in
            let entry = try await directories[0].placed("alpha", on: worker)
            let next = try Sample.life("worker-1", epoch: 1)
            let heard = try await directories[0].hear(next, at: "tcp://1", replacing: worker.revision)
            guard case .heard = heard else {
                Issue.record("\(heard)")
                return
            }
            for directory in directories {
                #expect(
                    try await directory.place(try Sample.key("beta"), on: worker, most: 10) == .workerChanged
                )
                #expect(try await directory.move(entry.session, to: worker) == .workerChanged)
            }
        }
    }

    @Test(
        "Ends free their places and leave tombstones; another generation stays, and what was kept first counts"
    )
    func ends() async throws {
        try await pair { cluster, directories, worker in
            var entries: [DirectoryEntry] = []
            for number in 0..<60 {
                entries.append(try await directories[number % 2].placed("session-\(number)", on: worker))
            }
            guard case .placed(let moved) = try await directories[0].move(entries[0].session, to: worker)
            else {
                Issue.record("not moved")
                return
            }
            let records = try entries.map { try $0.record() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for directory in directories { group.addTask { try await directory.end(records + records) } }
                try await group.waitForAll()
            }
            #expect(try await cluster.keys(below: "slot/").count == 1)
            #expect(try await cluster.keys(below: "live/session/").count == 1)
            let store = EtcdStore(cluster.client, cluster: cluster.name)
            #expect(try await Set(store.everything()) == Set(records))
            #expect(try await store.everything().count == 60)
            try await directories[0].end([try moved.record(.stopped), try entries[0].record(.stopped)])
            #expect(try await cluster.keys(below: "live/session/").isEmpty)
            let ends = try await store.records(of: moved.session.key, most: 10)
            #expect(ends.map(\.cause) == [.cooldown, .stopped])
        }
    }

    @Test("Of a lost session one client is told; the identifier has a place again only then")
    func losses() async throws {
        try await pair { cluster, directories, worker in
            let entry = try await directories[0].placed("alpha", on: worker)
            let record = try entry.record(.workerLost)
            try await directories[0].lose([record])
            try await directories[1].lose([record])
            #expect(try await cluster.keys(below: "slot/").isEmpty)
            let found = try await directories[1].place(entry.session.key, on: worker, most: 10)
            guard case .existing(let lost) = found else {
                Issue.record("\(found)")
                return
            }
            #expect(lost.place == .lost)
            #expect(lost.session.generation > entry.session.generation)
            // A late word of the worker about the lost session is no end of its mark.
            try await directories[1].end([try entry.record()])
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask { try await directories[number % 2].takeLoss(of: lost.session) }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 1)
            let store = EtcdStore(cluster.client, cluster: cluster.name)
            #expect(try await store.records(of: entry.session.key, most: 10) == [record])
            let next = try await directories[0].placed("alpha", on: worker)
            #expect(try await !directories[0].takeLoss(of: next.session))
        }
    }
}
