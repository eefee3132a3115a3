import Testing

@testable import Transport

@Suite("Wakeups", .timeLimit(.minutes(1)))
struct WakeupTests {
    @Test("What has happened before the wait ends it at once, however often it happened")
    func early() async {
        let wakeup = Wakeup()
        wakeup.fire()
        wakeup.fire()
        await wakeup.wait()
        await wakeup.wait(until: .now + .seconds(600))
    }

    @Test("Who waits goes on when it is fired, and not before")
    func late() async {
        let (began, beginner) = AsyncStream.makeStream(of: Void.self)
        let wakeup = Wakeup()
        async let woken: ContinuousClock.Instant = {
            beginner.finish()
            await wakeup.wait(until: .now + .seconds(600))
            return .now
        }()
        for await _ in began {}
        let fired = ContinuousClock.now
        wakeup.fire()
        #expect(await woken >= fired)
    }

    @Test("A deadline ends the wait, and no earlier than it passes")
    func deadline() async {
        let deadline = ContinuousClock.now + .milliseconds(20)
        await Wakeup().wait(until: deadline)
        #expect(ContinuousClock.now >= deadline)
        await Wakeup().wait(until: .now - .seconds(1))
    }

    @Test("A cancelled task does not wait, nor does one that is cancelled as it waits")
    func cancellation() async {
        for _ in 0..<100 {
            let (began, beginner) = AsyncStream.makeStream(of: Void.self)
            let waiting = Task {
                beginner.finish()
                await Wakeup().wait()
            }
            for await _ in began {}
            waiting.cancel()
            await waiting.value
        }
    }

    @Test("Firing, the deadline and cancellation at the same time wake the task once")
    func race() async {
        for round in 0..<2_000 {
            let wakeup = Wakeup()
            let waiting = Task { await wakeup.wait(until: .now + .microseconds(round % 50)) }
            async let fired: Void = wakeup.fire()
            if round.isMultiple(of: 3) { waiting.cancel() }
            await fired
            await waiting.value
        }
    }
}
