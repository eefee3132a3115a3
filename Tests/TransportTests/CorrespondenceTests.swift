import Testing
import Transport

@Suite(.timeLimit(.minutes(1))) struct CorrespondenceTests {
    private let soon = ContinuousClock.now.advanced(by: .seconds(30))

    @Test("An answer reaches the asker of its number")
    func answer() async throws {
        let correspondence = Correspondence<String>(capacity: 2, firstNumber: 7)
        let reply = try await correspondence.ask(by: soon) { number in
            #expect(number == 7)
            // Before anybody waits for it.
            #expect(await correspondence.deliver("answer", for: number))
        }
        #expect(reply == "answer")
        #expect(await correspondence.openQuestions == 0)
    }

    @Test("An answer for an unknown number is counted and forgotten")
    func unknownNumber() async {
        let correspondence = Correspondence<Int>(capacity: 2)
        #expect(await correspondence.deliver(1, for: 99) == false)
        #expect(await correspondence.unclaimedAnswers == 1)
        #expect(await correspondence.openQuestions == 0)
    }

    @Test("The second answer to a question is refused, whether the first was picked up or not")
    func secondAnswer() async throws {
        let correspondence = Correspondence<Int>(capacity: 2)
        let reply = try await correspondence.ask(by: soon) { number in
            #expect(await correspondence.deliver(1, for: number))
            #expect(await correspondence.deliver(2, for: number) == false)
        }
        #expect(reply == 1)
        #expect(await correspondence.deliver(3, for: 1) == false)
        #expect(await correspondence.unclaimedAnswers == 2)
    }

    @Test("A question without answer fails at its deadline, and the late answer is refused")
    func deadline() async {
        let correspondence = Correspondence<Int>(capacity: 2)
        let start = ContinuousClock.now
        await expectFailure(.timedOut) {
            try await correspondence.ask(by: start.advanced(by: .milliseconds(50))) { _ in }
        }
        let waited = start.duration(to: .now)
        #expect(waited >= .milliseconds(50))
        #expect(waited < .seconds(5))
        #expect(await correspondence.deliver(1, for: 1) == false)
        #expect(await correspondence.openQuestions == 0)
    }

    @Test("A deadline in the past fails at once, unless the answer is there already")
    func pastDeadline() async throws {
        let correspondence = Correspondence<Int>(capacity: 2)
        let past = ContinuousClock.now.advanced(by: .seconds(-1))
        for _ in 0..<200 {
            await expectFailure(.timedOut) { try await correspondence.ask(by: past) { _ in } }
        }
        #expect(try await correspondence.ask(by: past) { await correspondence.deliver(5, for: $0) } == 5)
    }

    @Test("A cancelled asker gets an error at once and leaves nothing behind")
    func cancellation() async {
        let correspondence = Correspondence<Int>(capacity: 100)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    await expectFailure(.cancelled) { try await correspondence.ask(by: soon) { _ in } }
                }
            }
            while await correspondence.openQuestions < 100 { await Task.yield() }
            group.cancelAll()
        }
        #expect(await correspondence.openQuestions == 0)
    }

    @Test("When sending fails the asker gets that error, and the number is free")
    func failedSend() async {
        struct Unsendable: Error {}
        let correspondence = Correspondence<Int>(capacity: 1)
        for _ in 0..<3 {
            await #expect(throws: Unsendable.self) {
                try await correspondence.ask(by: soon) { _ in throw Unsendable() }
            }
        }
        #expect(await correspondence.openQuestions == 0)
    }

    @Test("One question more than the capacity is refused before it is sent")
    func overload() async throws {
        let correspondence = Correspondence<Int>(capacity: 3)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 { group.addTask { try await correspondence.ask(by: soon) { _ in } } }
            while await correspondence.openQuestions < 3 { await Task.yield() }
            await expectFailure(.overloaded) {
                try await correspondence.ask(by: soon) { _ in Issue.record("It was sent.") }
            }
            for number in 1...3 { #expect(await correspondence.deliver(number, for: UInt64(number))) }
            for try await _ in group {}
        }
        #expect(try await correspondence.ask(by: soon) { await correspondence.deliver(0, for: $0) } == 0)
    }

    @Test("When the peer is declared dead every asker fails with the given reason, also one that still sends")
    func deadPeer() async {
        let correspondence = Correspondence<Int>(capacity: 10)
        let reason = TransportError(.peerLost, "Its lease ran out.")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<9 {
                group.addTask {
                    await expectFailure(.peerLost) { try await correspondence.ask(by: soon) { _ in } }
                }
            }
            while await correspondence.openQuestions < 9 { await Task.yield() }
            await expectFailure(.peerLost) {
                try await correspondence.ask(by: soon) { _ in await correspondence.failAll(with: reason) }
            }
        }
        #expect(await correspondence.openQuestions == 0)
    }

    @Test("Whatever races for the end of a question, it ends once and the numbers stay apart")
    func race() async {
        let correspondence = Correspondence<UInt64>(capacity: 2_000)
        let tally = Tally()
        let (numbers, asked) = AsyncStream.makeStream(of: UInt64.self)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    for await number in numbers { await correspondence.deliver(number, for: number) }
                }
            }
            await withTaskGroup(of: Void.self) { askers in
                for index in 0..<2_000 {
                    askers.addTask {
                        let deadline = ContinuousClock.now.advanced(by: .microseconds(index % 300))
                        var expected: UInt64 = 0
                        do {
                            let reply = try await correspondence.ask(by: deadline) { number in
                                expected = number
                                asked.yield(number)
                            }
                            #expect(reply == expected)
                            tally.succeed()
                        } catch {
                            tally.fail()
                        }
                    }
                }
            }
            asked.finish()
        }
        #expect(tally.answered + tally.failed == 2_000)
        #expect(await correspondence.openQuestions == 0)
    }
}
