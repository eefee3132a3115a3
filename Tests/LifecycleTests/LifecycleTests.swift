import Domain
import Lifecycle
import Testing

/// A point in time that the test makes.
struct TestInstant: InstantProtocol {
    var offset: Duration

    func advanced(by duration: Duration) -> Self { Self(offset: offset + duration) }
    func duration(to other: Self) -> Duration { other.offset - offset }
    static func < (first: Self, second: Self) -> Bool { first.offset < second.offset }
    static func at(_ seconds: Int) -> Self { Self(offset: .seconds(seconds)) }
}

@Suite("Idle sessions and leases")
struct TimerTests {
    @Test("A session ends when it was idle for the cooldown, and any use begins it anew")
    func cooldown() {
        var clock = SessionClock(lifecycle: .timed(cooldown: .seconds(300)), now: TestInstant.at(0))
        #expect(clock.verdict(now: .at(299), isBusy: false) == .lives(until: .at(300)))
        #expect(clock.verdict(now: .at(300), isBusy: false) == .ends(.cooldown))
        clock.touch(.at(200))
        #expect(clock.verdict(now: .at(300), isBusy: false) == .lives(until: .at(500)))
        clock.touch(.at(100))
        #expect(clock.lastUse == .at(200), "a use that is reported late takes nothing back")
        #expect(clock.verdict(now: .at(500), isBusy: false) == .ends(.cooldown))
    }

    @Test("A session with code or a reader is never idle, and has its whole cooldown afterwards")
    func busy() {
        var clock = SessionClock(lifecycle: .timed(cooldown: .seconds(300)), now: TestInstant.at(0))
        #expect(clock.verdict(now: .at(1_000), isBusy: true) == .lives(until: .at(1_300)))
        clock.touch(.at(1_100))
        #expect(clock.verdict(now: .at(1_300), isBusy: false) == .lives(until: .at(1_400)))
        #expect(clock.verdict(now: .at(1_400), isBusy: false) == .ends(.cooldown))
    }

    @Test("A session with a greatest age ends then, used or busy or not, and never for being idle")
    func maxAlive() {
        var clock = SessionClock(
            lifecycle: .onContainerExit(maxAlive: .seconds(600)),
            now: TestInstant.at(10)
        )
        clock.touch(.at(500))
        for isBusy in [false, true] {
            #expect(clock.verdict(now: .at(609), isBusy: isBusy) == .lives(until: .at(610)))
            #expect(clock.verdict(now: .at(610), isBusy: isBusy) == .ends(.maxAlive))
        }
    }

    @Test("A lease is held from the first ping until its length is over, and a later end wins")
    func lease() {
        var lease = Lease<TestInstant>()
        #expect(!lease.isHeld(.at(0)))
        lease.renew(for: .seconds(5), now: .at(10))
        #expect(lease.isHeld(.at(14)))
        #expect(!lease.isHeld(.at(15)))
        lease.renew(for: .seconds(1), now: .at(11))
        #expect(lease.expiry == .at(15))
        lease.release()
        #expect(!lease.isHeld(.at(11)))
    }
}

@Suite("What a worker does with a request for a session")
struct AdmissionTests {
    typealias Row = (
        requested: UInt64, live: UInt64?, ended: UInt64?, mayCreate: Bool, hasRoom: Bool,
        answer: SessionAdmission
    )

    @Test(
        "Every combination of generations has its answer",
        arguments: [
            (requested: 5, live: 5, ended: nil, mayCreate: false, hasRoom: false, answer: .serve),
            (5, 6, nil, true, true, .stale),
            (6, 5, nil, true, true, .replace),
            (6, 5, nil, false, true, .unknown),
            (5, nil, nil, true, true, .create),
            (5, nil, nil, true, false, .full),
            (5, nil, nil, false, true, .unknown),
            (5, nil, 5, true, true, .unknown),
            (5, nil, 6, true, true, .unknown),
            (6, nil, 5, true, true, .create),
        ] as [Row]
    )
    func table(
        row: Row
    ) {
        let decision = SessionAdmission.decide(
            requested: SessionGeneration(row.requested),
            live: row.live.map { SessionGeneration($0) },
            ended: row.ended.map { SessionGeneration($0) },
            mayCreate: row.mayCreate,
            hasRoom: row.hasRoom
        )
        #expect(decision == row.answer)
    }

    @Test("Ready sandboxes: what is missing is started, what is too much or in the way is given up")
    func readyPolicy() {
        #expect(ReadyPolicy(target: 3, ready: 1, starting: 1).starts(room: 10) == 1)
        #expect(ReadyPolicy(target: 3, ready: 0, starting: 0).starts(room: 2) == 2)
        #expect(ReadyPolicy(target: 3, ready: 0, starting: 0).starts(room: -1) == 0)
        #expect(ReadyPolicy(target: 1, ready: 3, starting: 0).surplus(room: 5) == 2)
        #expect(ReadyPolicy(target: 3, ready: 3, starting: 0).surplus(room: -2) == 2)
        #expect(ReadyPolicy(target: 3, ready: 1, starting: 0).surplus(room: -2) == 1)
    }
}

@Suite("Journal and archive of executions")
struct JournalTests {
    private let ended = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .seconds(1)))

    @Test("A reader with a cursor gets every event once, in order, whatever the page's size")
    func cursor() {
        var journal = Journal(limitBytes: 1 << 20)
        for number in 0..<100 {
            journal.append(.standardOutput([UInt8](repeating: UInt8(number), count: 50)))
        }
        journal.append(ended)
        for limit in [1, 60, 100, 1 << 20] {
            var sequence: UInt64 = 0
            var seen: [ExecutionEvent] = []
            var reachesEnd = false
            while !reachesEnd {
                let page = journal.read(from: sequence, limitBytes: limit)
                seen += page.events.map(\.event)
                sequence = page.events.last.map { $0.sequence + 1 } ?? sequence
                reachesEnd = page.reachesEnd
            }
            #expect(seen.count == 101)
            #expect(seen.last == ended)
        }
        #expect(journal.read(from: 10_000, limitBytes: 1).events.isEmpty)
        #expect(journal.read(from: .max, limitBytes: 1).reachesEnd)
    }

    @Test("What is beyond the bound is dropped, the end says so, and nothing comes after it")
    func bound() {
        var journal = Journal(limitBytes: 1_000)
        for _ in 0..<10_000 { journal.append(.standardOutput([1])) }
        journal.append(ended)
        #expect(journal.byteCount <= 1_100, "tiny events count for what they cost")
        #expect(journal.outcome?.wasTruncated == true)
        journal.append(.standardOutput([2]))
        #expect(journal.read(from: 0, limitBytes: .max).events.last?.event != .standardOutput([2]))
    }

    @Test("A name runs once: asked again it is found, with other code it is a conflict")
    func idempotency() throws {
        var archive = ExecutionArchive()
        let spec = try Self.spec("one", code: "1")
        try archive.submit(spec, beganSession: true, journalBytes: 100)
        try archive.submit(spec, beganSession: false, journalBytes: 100)
        #expect(archive.startNext() == spec)
        archive.append(ended)
        archive.finishCurrent()
        #expect(archive.startNext() == nil)
        try archive.submit(spec, beganSession: false, journalBytes: 100)
        #expect(archive.startNext() == nil)
        #expect(archive[spec.id]?.beganSession == true)
        #expect(throws: Failure.self) {
            try archive.submit(try Self.spec("one", code: "2"), beganSession: false, journalBytes: 100)
        }
    }

    @Test("Only so many wait, and only so many ended ones are kept, the newest")
    func bounds() throws {
        var archive = ExecutionArchive()
        for number in 0..<ExecutionArchive.waitingLimit {
            try archive.submit(try Self.spec("w\(number)"), beganSession: false, journalBytes: 100)
        }
        #expect(throws: Failure.self) {
            try archive.submit(try Self.spec("late"), beganSession: false, journalBytes: 100)
        }
        let cancelled = Outcome(status: .cancelled, duration: .zero)
        #expect(archive.withdraw(try ExecutionID("w3"), outcome: cancelled))
        #expect(!archive.withdraw(try ExecutionID("w3"), outcome: cancelled))
        while archive.startNext() != nil {
            archive.append(ended)
            archive.finishCurrent()
        }
        for number in 0..<100 {
            try archive.submit(try Self.spec("n\(number)"), beganSession: false, journalBytes: 100)
            _ = archive.startNext()
            archive.append(ended)
            archive.finishCurrent()
        }
        #expect(archive[try ExecutionID("n99")] != nil)
        #expect(archive[try ExecutionID("w0")] == nil)
        #expect(archive.isIdle)
    }

    private static func spec(_ name: String, code: String = "code") throws -> ExecutionSpec {
        try ExecutionSpec(
            id: try ExecutionID(name),
            input: .code(code),
            timeout: .seconds(1),
            limits: ExecutionLimits()
        )
    }
}
