import Domain
import Testing

@testable import Lifecycle

@Suite("A worker's permission from several coordinators")
struct CoordinatorLeasesTests {
    private let first = Incarnation(1)
    private let second = Incarnation(2)
    private let third = Incarnation(3)

    private func standing(
        _ coordinator: Incarnation,
        inTouch seconds: Int,
        of roster: [Incarnation],
        revision: UInt64 = 1
    ) -> CoordinatorStanding {
        CoordinatorStanding(
            coordinator: coordinator,
            inTouch: .seconds(seconds),
            rosterRevision: revision,
            roster: roster
        )
    }

    @Test("One coordinator in touch is enough, however silent the others are")
    func oneInTouch() {
        var leases = CoordinatorLeases<TestInstant>()
        leases.renew(
            for: .seconds(5),
            standing: standing(first, inTouch: 4, of: [first, second]),
            now: .at(10)
        )
        #expect(leases.isHeld(.at(13)) && leases.isInTouch(.at(13)))
        // Its word is as short as its touch, though it counts on the worker for longer.
        #expect(!leases.isHeld(.at(14)) && !leases.isInTouch(.at(14)))
    }

    @Test("Out of touch, all that may decide have to call")
    func allOutOfTouch() {
        var leases = CoordinatorLeases<TestInstant>()
        let roster = [first, second]
        leases.renew(for: .seconds(5), standing: standing(first, inTouch: 0, of: roster), now: .at(10))
        #expect(!leases.isHeld(.at(10)), "the second may be in touch and declare the worker lost")
        leases.renew(for: .seconds(5), standing: standing(second, inTouch: 0, of: roster), now: .at(12))
        #expect(leases.isHeld(.at(14)))
        #expect(!leases.isHeld(.at(15)), "the first was silent for too long")
    }

    @Test("The latest roster counts: who is new must call, who is gone need not")
    func rosters() {
        var leases = CoordinatorLeases<TestInstant>()
        leases.renew(for: .seconds(5), standing: standing(first, inTouch: 0, of: [first]), now: .at(10))
        #expect(leases.isHeld(.at(12)))
        let both = standing(first, inTouch: 0, of: [first, third], revision: 3)
        leases.renew(for: .seconds(5), standing: both, now: .at(12))
        #expect(!leases.isHeld(.at(12)))
        // A coordinator that knows less does not take the new one's say away.
        let late = standing(second, inTouch: 0, of: [first, second], revision: 2)
        leases.renew(for: .seconds(5), standing: late, now: .at(13))
        #expect(!leases.isHeld(.at(13)))
        let gone = standing(first, inTouch: 0, of: [first], revision: 4)
        leases.renew(for: .seconds(5), standing: gone, now: .at(14))
        #expect(leases.isHeld(.at(18)))
    }

    @Test("Who decides is remembered over the loss of a lease")
    func release() {
        var leases = CoordinatorLeases<TestInstant>()
        leases.renew(
            for: .seconds(5),
            standing: standing(first, inTouch: 5, of: [first, second], revision: 7),
            now: .at(10)
        )
        leases.release()
        #expect(leases.expiry == nil)
        leases.renew(
            for: .seconds(5),
            standing: standing(first, inTouch: 0, of: [first], revision: 6),
            now: .at(20)
        )
        #expect(!leases.isHeld(.at(20)))
    }

    @Test("Callers are counted by their last call, not by how long their word lasts")
    func callers() {
        var leases = CoordinatorLeases<TestInstant>()
        leases.renew(for: .seconds(5), standing: standing(first, inTouch: 5, of: [first]), now: .at(10))
        leases.renew(for: .seconds(5), standing: standing(second, inTouch: 5, of: [first]), now: .at(12))
        #expect(leases.callerCount(since: .at(10)) == 2)
        #expect(leases.callerCount(since: .at(11)) == 1)
    }
}
