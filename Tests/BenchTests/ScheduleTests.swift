import Testing

@testable import Bench

@Suite("When operations begin")
struct ScheduleTests {
    @Test("A load that follows another one names no operation as that one did")
    func numbersGoOn() throws {
        let plan = LoadPlan(pace: .clients(1), limit: .count(2))
        var former = Schedule(plan)
        var numbers: [Int] = []
        while let turn = former.next(lane: 0, at: .zero) { numbers.append(turn.number) }
        var next = Schedule(plan, firstNumber: former.nextNumber)
        while let turn = next.next(lane: 0, at: .zero) { numbers.append(turn.number) }
        #expect(numbers == [0, 1, 2, 3])
    }

    @Test("A closed loop hands its clients what they ask for, until the time is over")
    func closedLoop() {
        var schedule = Schedule(
            LoadPlan(pace: .clients(2), limit: .duration(.seconds(1)), warmUp: .seconds(1))
        )
        let warming = schedule.next(lane: 1, at: .milliseconds(999))
        #expect(warming == .init(number: 0, slot: 1, intended: .milliseconds(999), isMeasured: false))
        let measured = schedule.next(lane: 0, at: .seconds(1))
        #expect(measured == .init(number: 1, slot: 0, intended: .seconds(1), isMeasured: true))
        #expect(schedule.next(lane: 0, at: .seconds(2)) == nil)
    }

    @Test("A count is of measured operations, and no one measures more")
    func count() {
        var schedule = Schedule(LoadPlan(pace: .clients(1), limit: .count(2), warmUp: .seconds(1)))
        let times: [Duration] = [.zero, .milliseconds(500), .seconds(1), .seconds(2), .seconds(3)]
        let turns = times.map { schedule.next(lane: 0, at: $0)?.isMeasured }
        #expect(turns == [false, false, true, true, nil])
    }

    @Test("A ramp lets the clients of a closed loop begin one after the other")
    func closedRamp() {
        let plan = LoadPlan(pace: .clients(4), limit: .count(10), ramp: .seconds(8))
        var schedule = Schedule(plan)
        let starts = (0..<4).map { schedule.next(lane: $0, at: .zero)?.intended }
        #expect(starts == [.zero, .seconds(2), .seconds(4), .seconds(6)])
        var short = Schedule(LoadPlan(pace: .clients(2), limit: .duration(.seconds(1)), ramp: .seconds(8)))
        #expect(short.next(lane: 1, at: .zero) == nil, "its turn never comes")
        #expect(short.next(lane: 0, at: .milliseconds(500)) != nil, "and the other one goes on")
    }

    @Test("An open loop begins operations at equal distances, whoever asks and however late")
    func openLoop() {
        var schedule = Schedule(LoadPlan(pace: .rate(10), limit: .duration(.milliseconds(500))))
        // A lane that comes back after a stall of 300 ms gets what should have begun meanwhile.
        let times: [Duration] = [
            .zero, .zero, .milliseconds(300), .milliseconds(300), .milliseconds(300), .zero,
        ]
        let turns = times.map { schedule.next(lane: 0, at: $0) }
        #expect(turns.map { $0?.intended } == [0, 100, 200, 300, 400].map { .milliseconds($0) } + [nil])
        #expect(turns.compactMap { $0?.slot } == [0, 1, 2, 3, 4], "each goes to another session")
    }

    @Test("What an open loop could not begin in time is given up and counted")
    func openLoopTooFarBehind() {
        var schedule = Schedule(LoadPlan(pace: .rate(100), limit: .duration(.seconds(10))))
        for _ in 0..<300 { #expect(schedule.next(lane: 0, at: .seconds(15)) != nil) }
        #expect(schedule.next(lane: 0, at: .seconds(20) + .milliseconds(1)) == nil)
        #expect(schedule.abandoned == 700)
        #expect(schedule.next(lane: 1, at: .seconds(21)) == nil)
        #expect(schedule.abandoned == 700, "they are counted once")
    }

    @Test("While the rate rises, as many begin as the area below it says", arguments: [0, 12, 50, 75, 200])
    func openRamp(number: Int) {
        // Ten seconds up to ten a second: fifty of them, and then ten in each second.
        let offset = Schedule.offset(of: number, rate: 10, ramp: .seconds(10)) / .seconds(1)
        let begun = offset < 10 ? 10 * offset * offset / 20 : 50 + (offset - 10) * 10
        #expect(abs(begun - Double(number)) < 0.001)
        let next = Schedule.offset(of: number + 1, rate: 10, ramp: .seconds(10)) / .seconds(1)
        #expect(next > offset)
    }

    @Test("A burst begins everything at once")
    func burst() {
        let plan = LoadPlan(pace: .burst, limit: .count(3))
        var schedule = Schedule(plan)
        #expect(plan.lanes == 3)
        #expect((0..<4).map { schedule.next(lane: $0, at: .zero)?.intended } == [.zero, .zero, .zero, nil])
    }

    @Test("The shares of several processes make the whole load together")
    func shares() {
        let clients = LoadPlan(pace: .clients(5), limit: .count(7), inFlight: 9)
        let parts = (0..<3).compactMap { clients.share($0, of: 3) }
        #expect(parts.map(\.pace) == [.clients(2), .clients(2), .clients(1)])
        #expect(parts.map(\.limit) == [.count(3), .count(2), .count(2)])
        #expect(parts.map(\.inFlight) == [3, 3, 3])
        #expect(LoadPlan(pace: .rate(30), limit: .count(9)).share(2, of: 3)?.pace == .rate(10))
        #expect(
            LoadPlan(pace: .clients(1), limit: .count(9)).share(1, of: 2) == nil,
            "nothing is left for it"
        )
    }
}
