import ClusterState
import Domain
import Testing

@Suite("News and answers of a shared directory that overtake each other")
struct LateNewsTests {
    private static let key = try? parseKey("session-1")
    private var cluster = Cluster(
        start: LateNewsTests.time(0),
        mayHaveSessions: true,
        sharing: (name: "c1", incarnation: Incarnation(1))
    )

    init() {
        _ = change(1, .everything(DirectorySnapshot()))
        cluster.touched(DirectoryTouch(until: .seconds(100), number: 1))
    }

    private static func time(_ seconds: Int) -> ClusterTime {
        ClusterTime(uptime: .seconds(seconds), epochMilliseconds: UInt64(seconds * 1_000))
    }

    private static func record(_ life: WorkerLife, isLost: Bool = false, revision: UInt64) -> WorkerRecord {
        WorkerRecord(life: life, address: "tcp://w1", isLost: isLost, revision: revision)
    }

    private mutating func change(_ revision: UInt64, _ kind: DirectoryChange.Kind) -> [Directive] {
        cluster.directoryChanged(DirectoryChange(revision: revision, kind: kind), at: Self.time(1))
    }

    private mutating func announce(_ life: WorkerLife) {
        let capacity = WorkerCapacity(sessions: 10, weight: 1)
        let announcement = WorkerAnnouncement(life: life, address: "tcp://w1", capacity: capacity)
        _ = cluster.workerAnnounced(announcement, at: Self.time(1))
    }

    private mutating func hear(_ record: WorkerRecord, since revision: UInt64) -> [Directive] {
        cluster.workerHeard(
            record.life,
            record: record,
            hearing: DirectoryHearing(touch: 1, revision: revision),
            sessions: [],
            at: Self.time(1)
        )
    }

    private func session(_ generation: UInt64) throws -> SessionLife {
        SessionLife(key: try #require(Self.key), generation: SessionGeneration(generation))
    }

    private func placed(_ generation: UInt64, on life: WorkerLife) throws -> DirectoryEntry {
        DirectoryEntry(session: try session(generation), place: .placed(life))
    }

    @Test("That a former life was lost takes nothing from the life of which an answer has told already")
    mutating func formerLifeWasLost() throws {
        let (former, life) = (try parseLife("w1#a.1"), try parseLife("w1#a.2"))
        announce(life)
        _ = hear(Self.record(life, revision: 20), since: 20)
        cluster.entryWritten(try placed(21, on: life), isNew: true, at: Self.time(1))
        let news = change(15, .worker(life.worker, Self.record(former, isLost: true, revision: 15)))
        #expect(news == [])
        #expect(cluster.workers.map(\.life) == [life])
        #expect(cluster.placements.map(\.worker) == [life])
        // The same in a picture of everything that is older than the answer.
        let picture = DirectorySnapshot(workers: [Self.record(former, isLost: true, revision: 15)])
        #expect(change(16, .everything(picture)) == [])
        #expect(cluster.workers.map(\.life) == [life])
        #expect(cluster.recordRevision(of: life.worker) == 20)
    }

    @Test("A session that was placed after its worker's former life was lost is not lost with that")
    mutating func placedLater() throws {
        let (former, life) = (try parseLife("w1#a.1"), try parseLife("w1#a.2"))
        cluster.entryWritten(try placed(10, on: former), isNew: false, at: Self.time(1))
        let other = SessionLife(key: try parseKey("session-2"), generation: SessionGeneration(21))
        let entry = DirectoryEntry(session: other, place: .placed(life))
        cluster.entryWritten(entry, isNew: false, at: Self.time(1))
        let news = change(15, .worker(life.worker, Self.record(former, isLost: true, revision: 15)))
        let marked = news.compactMap { directive -> [SessionLife]? in
            if case .markLost(let tombstones) = directive { tombstones.map(\.session) } else { nil }
        }
        #expect(marked == [[try session(10)]])
    }

    @Test("Nobody counts on a hearing that is being taken back: it is said anew")
    mutating func takenBack() throws {
        let life = try parseLife("w1#a.1")
        announce(life)
        let record = Self.record(life, revision: 3)
        // The directory took it without saying so, the worker was given up, and that is taken back.
        _ = cluster.linkFailed(to: life)
        _ = change(9, .hears(life.worker, coordinator: "c1", life))
        #expect(cluster.tick(at: Self.time(6)).contains(.unhear(life, upTo: 9)))
        // It is called again, and only now the answer comes.
        announce(life)
        let hear = Directive.hear(life, address: "tcp://w1", replacing: 3, sessions: [])
        #expect(self.hear(record, since: 9) == [hear])
        #expect(cluster.workers.map(\.status) == [.joining])
        _ = self.hear(record, since: 10)
        #expect(cluster.workers.map(\.status) == [.serving])
    }

    @Test("Whoever was out of touch gives no lease on its word before it has said again whom it hears")
    mutating func saidUnderPresentTouch() throws {
        let life = try parseLife("w1#a.1")
        announce(life)
        let record = Self.record(life, revision: 3)
        #expect(inTouch(hear(record, since: 3)) == .seconds(99))
        cluster.touched(DirectoryTouch(until: .seconds(100), number: 2))
        #expect(inTouch(cluster.tick(at: Self.time(2))) == .zero)
        let said = DirectoryHearing(touch: 2, revision: 9)
        _ = cluster.workerHeard(life, record: record, hearing: said, sessions: nil, at: Self.time(2))
        #expect(inTouch(cluster.tick(at: Self.time(3))) == .seconds(97))
    }

    @Test("Whoever does not know yet that it is in touch, or who the others are, gives no first lease")
    mutating func firstLease() throws {
        let life = try parseLife("w1#a.1")
        let record = Self.record(life, revision: 3)
        for isLoaded in [false, true] {
            cluster = Cluster(
                start: Self.time(0),
                mayHaveSessions: true,
                sharing: (name: "c1", incarnation: Incarnation(1))
            )
            if isLoaded { _ = change(1, .everything(DirectorySnapshot())) }
            announce(life)
            #expect(lease(hear(record, since: 3)) == .zero)
            let answer = PingAnswer(
                epoch: life.epoch,
                capacity: WorkerCapacity(sessions: 10, weight: 1),
                sessionCount: 0,
                isAccepting: true
            )
            #expect(cluster.pingAnswered(by: life, answer, at: Self.time(1)) == [])
            #expect(lease(cluster.tick(at: Self.time(2))) == .zero)
            #expect(cluster.pingAnswered(by: life, answer, at: Self.time(2)) == [])
            cluster.touched(DirectoryTouch(until: .seconds(100), number: 1))
            if !isLoaded {
                #expect(lease(cluster.tick(at: Self.time(2))) == nil)
                _ = change(1, .everything(DirectorySnapshot()))
            }
            #expect(try #require(lease(cluster.tick(at: Self.time(2)))) > .zero)
            #expect(cluster.pingAnswered(by: life, answer, at: Self.time(2)).contains(.workerServes(life)))
        }
    }

    private func inTouch(_ directives: [Directive]) -> Duration? {
        pings(directives).first?.standing?.inTouch
    }

    private func lease(_ directives: [Directive]) -> Duration? { pings(directives).first?.lease }

    private func pings(_ directives: [Directive]) -> [Ping] {
        directives.compactMap { if case .ping(_, let ping) = $0 { ping } else { nil } }
    }

    @Test("An answer that comes after the word of the session's end does not bring it back")
    mutating func answerAfterEnd() throws {
        let life = try parseLife("w1#a.1")
        let entry = try placed(10, on: life)
        _ = change(10, .session(entry.session.key, entry))
        _ = change(11, .session(entry.session.key, nil))
        cluster.entryWritten(entry, isNew: true, at: Self.time(1))
        #expect(cluster.placements == [])
        cluster.entryWritten(try placed(12, on: life), isNew: true, at: Self.time(1))
        #expect(cluster.placements.map(\.session) == [try session(12)])
    }

    @Test("A worker that comes back is still to be drained, and can be reached for its sessions")
    mutating func staysDrained() throws {
        let life = try parseLife("w1#a.1")
        _ = cluster.setDrains([NodeDrain(worker: life.worker, sinceMilliseconds: 1)])
        announce(life)
        _ = hear(Self.record(life, revision: 3), since: 3)
        for _ in 0..<2 {
            let capacity = WorkerCapacity(sessions: 10, weight: 1)
            let answer = PingAnswer(epoch: life.epoch, capacity: capacity, sessionCount: 0)
            _ = cluster.pingAnswered(by: life, answer, at: Self.time(1))
        }
        #expect(cluster.workers.map(\.status) == [.draining])
        #expect(cluster.isReachable(life))
        let key = try #require(Self.key)
        #expect(throws: Failure.self) { try cluster.wish(for: key, except: [], at: Self.time(1)) }
    }

    @Test("A lost worker is not forgotten before its sessions are marked as lost")
    mutating func notForgottenBeforeMarks() throws {
        let life = try parseLife("w1#a.1")
        _ = change(3, .worker(life.worker, Self.record(life, revision: 3)))
        let entry = try placed(10, on: life)
        _ = change(10, .session(entry.session.key, entry))
        _ = change(11, .worker(life.worker, Self.record(life, isLost: true, revision: 11)))
        #expect(cluster.objection(toForgetting: life.worker)?.code == .nodeInUse)
        let mark = DirectoryEntry(session: try session(12), place: .lost)
        _ = change(12, .session(entry.session.key, mark))
        #expect(cluster.objection(toForgetting: life.worker) == nil)
    }
}
