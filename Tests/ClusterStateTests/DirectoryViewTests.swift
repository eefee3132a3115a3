import ClusterState
import Domain
import Testing

@Suite("A coordinator that shares its directory")
struct DirectoryViewTests {
    private static func time(_ seconds: Int) -> ClusterTime {
        ClusterTime(uptime: .seconds(seconds), epochMilliseconds: UInt64(seconds * 1_000))
    }

    /// A coordinator that is in touch, and to which a worker has announced itself.
    private static func makeCluster(calling life: WorkerLife) -> Cluster {
        var cluster = Cluster(
            start: time(0),
            mayHaveSessions: true,
            sharing: (name: "c1", incarnation: Incarnation(1))
        )
        _ = cluster.directoryChanged(
            DirectoryChange(revision: 1, kind: .everything(DirectorySnapshot())),
            at: time(0)
        )
        cluster.touched(DirectoryTouch(until: .seconds(100), number: 1))
        announce(life, to: &cluster, at: 1)
        return cluster
    }

    private static func announce(_ life: WorkerLife, to cluster: inout Cluster, at seconds: Int) {
        let capacity = WorkerCapacity(sessions: 10, weight: 1)
        _ = cluster.workerAnnounced(
            WorkerAnnouncement(life: life, address: "tcp://w1", capacity: capacity),
            at: time(seconds)
        )
    }

    /// The directory takes that the worker is heard.
    private static func hear(_ life: WorkerLife, by cluster: inout Cluster, revision: UInt64, at seconds: Int)
        -> [Directive]
    {
        cluster.workerHeard(
            life,
            record: WorkerRecord(life: life, address: "tcp://w1", isLost: false, revision: 2),
            hearing: DirectoryHearing(touch: 1, revision: revision),
            sessions: [],
            at: time(seconds)
        )
    }

    private static func isUnhearing(_ directive: Directive) -> Bool {
        if case .unhear = directive { true } else { false }
    }

    @Test("A second hello of a member does not take back that it is heard")
    func secondHello() throws {
        let life = try parseLife("w1#a.1")
        var cluster = Self.makeCluster(calling: life)
        let first = Self.hear(life, by: &cluster, revision: 3, at: 1)
        #expect(first.contains(.workerServes(life)))
        let second = Self.hear(life, by: &cluster, revision: 4, at: 1)
        #expect(!second.contains(where: Self.isUnhearing))
        #expect(cluster.workers.map(\.status) == [.serving])
    }

    @Test("A worker that falls silent is taken back up to what was said of it, not what is said later")
    func unhearingNamesItsRevision() throws {
        let life = try parseLife("w1#a.1")
        var cluster = Self.makeCluster(calling: life)
        _ = Self.hear(life, by: &cluster, revision: 3, at: 1)
        #expect(cluster.tick(at: Self.time(7)).contains(.unhear(life, upTo: 3)))
    }

    @Test(
        "A hearing that the directory took without saying so is taken back, but not one of a former process"
    )
    func forgottenHearing() throws {
        let life = try parseLife("w1#a.1")
        var cluster = Self.makeCluster(calling: life)
        _ = cluster.linkFailed(to: life)
        _ = cluster.directoryChanged(
            DirectoryChange(revision: 9, kind: .hears(life.worker, coordinator: "c1", life)),
            at: Self.time(2)
        )
        #expect(!cluster.tick(at: Self.time(3)).contains(where: Self.isUnhearing))
        #expect(cluster.tick(at: Self.time(6)).contains(.unhear(life, upTo: 9)))
    }

    @Test("Who was told of a loss twice is told of the next one, too")
    func tellsOfEachLoss() throws {
        let life = try parseLife("w1#a.1")
        var cluster = Self.makeCluster(calling: life)
        let key = try parseKey("session-1")
        func change(_ revision: UInt64, _ place: DirectoryEntry.Place) -> [Directive] {
            let session = SessionLife(key: key, generation: SessionGeneration(revision))
            let entry = DirectoryEntry(session: session, place: place)
            return cluster.directoryChanged(
                DirectoryChange(revision: revision, kind: .session(key, entry)),
                at: Self.time(2)
            )
        }
        _ = change(10, .placed(life))
        let first = SessionLife(key: key, generation: SessionGeneration(10))
        #expect(cluster.lossWasTold(of: first, at: Self.time(2)) == [])
        let mark = SessionLife(key: key, generation: SessionGeneration(11))
        #expect(change(11, .lost) == [.takeLoss(mark)])
        #expect(
            cluster.lossWasTold(of: first, at: Self.time(2)) == [],
            "told a second time, by a second request"
        )
        _ = change(12, .placed(life))
        #expect(change(13, .lost) == [], "the mark stays for the client")
        #expect(cluster.lostSession(of: key)?.generation == SessionGeneration(13))
    }

    @Test("A lease counts from the worker's last answer that has arrived, and there is none before the first")
    func leaseCountsFromAnswers() throws {
        let life = try parseLife("w1#a.1")
        var cluster = Self.makeCluster(calling: life)
        func pings(_ directives: [Directive]) -> [Ping] {
            directives.compactMap { if case .ping(_, let ping) = $0 { ping } else { nil } }
        }
        let first = try #require(pings(Self.hear(life, by: &cluster, revision: 3, at: 1)).first)
        #expect(first.lease == .zero)
        let answer = PingAnswer(
            epoch: life.epoch,
            capacity: WorkerCapacity(sessions: 10, weight: 1),
            sessionCount: 0,
            sentAt: .seconds(77)
        )
        _ = cluster.pingAnswered(by: life, answer, at: Self.time(2))
        let second = try #require(pings(cluster.tick(at: Self.time(3))).first)
        #expect(second.since == .seconds(77))
        #expect(second.lease == cluster.configuration.times.workerFence)
        #expect(second.standing?.inTouch == .seconds(98), "counted from the answer as well")
    }

    /// A worker comes, is heard, and answers until it has a lease.
    private static func join(_ life: WorkerLife, _ cluster: inout Cluster, revision: UInt64, at seconds: Int)
    {
        announce(life, to: &cluster, at: seconds)
        _ = hear(life, by: &cluster, revision: revision, at: seconds)
        for _ in 0..<2 {
            let answer = PingAnswer(
                epoch: life.epoch,
                capacity: WorkerCapacity(sessions: 10, weight: 1),
                sessionCount: 0,
                sentAt: .seconds(seconds)
            )
            _ = cluster.pingAnswered(by: life, answer, at: time(seconds))
            _ = cluster.tick(at: time(seconds))
        }
    }

    @Test(
        "One that begins is ready when the workers that count have come to it, or after a lease without them"
    )
    func awaitsWorkers() throws {
        let lives = try ["w1#a.1", "w2#a.1", "w3#a.1"].map(parseLife)
        let records = lives.map {
            WorkerRecord(life: $0, address: "tcp://w", isLost: $0 == lives[2], revision: 1)
        }
        var cluster = Cluster(
            start: Self.time(0),
            mayHaveSessions: true,
            sharing: (name: "c1", incarnation: Incarnation(1))
        )
        let snapshot = DirectorySnapshot(workers: records)
        _ = cluster.directoryChanged(
            DirectoryChange(revision: 2, kind: .everything(snapshot)),
            at: Self.time(0)
        )
        cluster.touched(DirectoryTouch(until: .seconds(100), number: 1))
        let settling = try #require(cluster.unreadiness(at: Self.time(1)))
        Self.join(lives[0], &cluster, revision: 3, at: 1)
        #expect(cluster.workers.first?.isHealthy == true)
        #expect(cluster.unreadiness(at: Self.time(1)) == settling, "the second one is missing")
        var complete = cluster
        Self.join(lives[1], &complete, revision: 4, at: 2)
        #expect(complete.unreadiness(at: Self.time(2)) == nil, "a lost one is not waited for")
        #expect(cluster.unreadiness(at: Self.time(4)) == settling)
        #expect(cluster.unreadiness(at: Self.time(5)) == nil, "a lease has passed")
    }
}
