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
        var leases = CoordinatorLeases<TestInstant>()
        #expect(!leases.isHeld(.at(0)))
        leases.renew(for: .seconds(5), standing: nil, now: .at(10))
        #expect(leases.isHeld(.at(14)))
        #expect(!leases.isHeld(.at(15)))
        leases.renew(for: .seconds(1), standing: nil, now: .at(11))
        #expect(leases.expiry == .at(15))
        leases.release()
        #expect(!leases.isHeld(.at(11)))
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
