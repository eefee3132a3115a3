import Testing

@testable import Transport

@Suite("Alarms", .timeLimit(.minutes(1)))
struct AlarmClockTests {
    @Test("Alarms ring in the order of their deadlines, whatever the order in which they were set")
    func order() async throws {
        let (rings, rang) = AsyncStream.makeStream(of: Int.self)
        let now = ContinuousClock.now
        for number in [3, 1, 4, 0, 2] {
            _ = AlarmClock.shared.set(for: now + .milliseconds(30 * number)) {
                #expect(ContinuousClock.now >= now + .milliseconds(30 * number))
                rang.yield(number)
            }
        }
        var heard: [Int] = []
        for await number in rings {
            heard.append(number)
            if heard.count == 5 { break }
        }
        #expect(heard == [0, 1, 2, 3, 4])
    }

    @Test("An alarm that was called off does not ring, and those around it do")
    func callingOff() async throws {
        let (rings, rang) = AsyncStream.makeStream(of: String.self)
        let now = ContinuousClock.now
        let early = AlarmClock.shared.set(for: now + .milliseconds(20)) { rang.yield("early") }
        let middle = AlarmClock.shared.set(for: now + .milliseconds(40)) { rang.yield("middle") }
        _ = AlarmClock.shared.set(for: now + .milliseconds(60)) { rang.yield("late") }
        AlarmClock.shared.callOff(early)
        for await ring in rings {
            #expect(ring == "middle")
            break
        }
        AlarmClock.shared.callOff(middle)
        for await ring in rings {
            #expect(ring == "late")
            break
        }
    }

    @Test("A deadline that has passed rings at once")
    func past() async {
        let (rings, rang) = AsyncStream.makeStream(of: Void.self)
        _ = AlarmClock.shared.set(for: .now - .seconds(5)) { rang.finish() }
        for await _ in rings {}
    }

    @Test("Who sleeps wakes at the deadline, or at once when cancelled")
    func sleeping() async throws {
        let deadline = ContinuousClock.now + .milliseconds(20)
        try await AlarmClock.shared.sleep(until: deadline)
        #expect(ContinuousClock.now >= deadline)
        let sleeper = Task { try await AlarmClock.shared.sleep(until: .now + .seconds(600)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test("A list holds nothing of alarms that were called off, and loses none of the others")
    func list() {
        var list = AlarmList()
        let start = ContinuousClock.now
        var places: [AlarmList.Place] = []
        for number in 0..<1_000 {
            places.append(list.add(start + .milliseconds((number * 7_919) % 500), {}))
        }
        for (number, place) in places.enumerated() where number % 10 != 0 {
            list.remove(place)
            list.remove(place)
        }
        #expect(list.count == 100)
        var taken = 0
        for moment in 0..<500 {
            let earliest = list.first
            taken += list.takeDue(at: start + .milliseconds(moment)).count
            if let earliest, earliest <= start + .milliseconds(moment) { #expect(list.first != earliest) }
        }
        #expect(taken == 100)
        #expect(list.count == 0)
        #expect(list.first == nil)
    }
}
