import Testing
import Transport
import transport_peer

extension Sockets {
    /// Thousands of calls that are cancelled at every possible moment.
    @Suite struct CancelStormTests {
        @Test(
            "A storm of cancelled questions loses no task, and the next question is answered",
            arguments: Medium.all
        )
        func questions(medium: Medium) async throws {
            let post = try medium.post()
            let answerer = try await Answerer(post, at: medium.anyAddress) { _ in }
            let asker = try await Asker(post, inboxAt: medium.anyAddress, peer: answerer.address)
            let tally = Tally()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { await answerer.answerQuestions() } }
                for _ in 0..<2 { group.addTask { await asker.deliverAnswers() } }
                _ = try await asker.ask(within: .seconds(20))
                for round in 0..<(60 * Storm.scale) {
                    await withTaskGroup(of: Void.self) { questions in
                        for _ in 0..<32 {
                            questions.addTask {
                                do {
                                    _ = try await asker.ask(within: .seconds(20))
                                    tally.succeed()
                                } catch {
                                    #expect((error as? TransportError)?.code == .cancelled)
                                    tally.fail()
                                }
                            }
                        }
                        // Cancel before, within and after the flight.
                        for _ in 0..<(round % 16) { await Task.yield() }
                        if round.isMultiple(of: 3) { await questions.next() }
                        questions.cancelAll()
                    }
                }
                #expect(await asker.correspondence.openQuestions == 0)
                let reply = try await asker.ask([9], within: .seconds(20))
                #expect(reply == [9])
                group.cancelAll()
            }
            #expect(tally.failed > 0)
            Storm.report(
                "cancelled questions over \(medium): \(tally.answered) answered, \(tally.failed) cancelled"
            )
        }

        @Test(
            "Outboxes that are closed as their sends become overdue end all of them, and leave the process alone",
            arguments: Medium.betweenProcesses
        )
        func overdue(medium: Medium) async throws {
            let post = try medium.post()
            let nobody = medium.knownAddress
            for round in 0..<(60 * Storm.scale) {
                let outbox = try await post.openOutbox(to: nobody)
                await withTaskGroup(of: Void.self) { sends in
                    for number in 0..<48 {
                        sends.addTask {
                            let error = await #expect(throws: TransportError.self) {
                                try await outbox.send([1], timeout: .milliseconds(1 + number % 3))
                            }
                            #expect([.timedOut, .closed, .cancelled, .overloaded].contains(error?.code))
                        }
                    }
                    // Close before, as and after the first ones are overdue.
                    sends.addTask {
                        try? await AlarmClock.shared.sleep(
                            until: .now + .microseconds(500 + round % 30 * 100)
                        )
                        await outbox.close()
                    }
                }
            }
        }

        @Test("A storm of cancelled receives loses no message", arguments: Medium.all)
        func receives(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            let outbox = try await post.openOutbox(to: inbox.address)
            let count = 1_000 * Storm.scale
            let received = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0..<count {
                        let letter = Letter(isQuestion: true, number: UInt64(number))
                        try await outbox.send(letter.bytes, timeout: .seconds(20))
                    }
                }
                var received: [UInt64] = []
                var round = 0
                while received.count < count {
                    round += 1
                    received += await withTaskGroup(of: UInt64?.self) { receivers in
                        for _ in 0..<8 {
                            receivers.addTask {
                                (try? await inbox.receive()).flatMap { Letter(bytes: $0)?.number }
                            }
                        }
                        for _ in 0..<(round % 8) { await Task.yield() }
                        receivers.cancelAll()
                        return await receivers.reduce(into: []) { if let number = $1 { $0.append(number) } }
                    }
                }
                try await group.waitForAll()
                return received
            }
            #expect(received.sorted() == (0..<UInt64(count)).map { $0 })
        }

        @Test(
            "A storm of cancelled and timed-out sends delivers each message at most once, and none that failed",
            arguments: Medium.all
        )
        func sends(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            let outbox = try await post.openOutbox(to: inbox.address)
            let count = 2_000 * Storm.scale
            let last = UInt64.max
            let received = try await withThrowingTaskGroup(of: [UInt64].self) { group in
                group.addTask {
                    var numbers: [UInt64] = []
                    while let number = Letter(bytes: try await inbox.receive())?.number, number != last {
                        numbers.append(number)
                    }
                    return numbers
                }
                var sent: Set<UInt64> = []
                for first in stride(from: 0, to: count, by: 20) {
                    sent.formUnion(
                        await withTaskGroup(of: UInt64?.self) { sends in
                            for number in UInt64(first)..<UInt64(first + 20) {
                                sends.addTask {
                                    let letter = Letter(isQuestion: true, number: number)
                                    let timeout: Duration = number.isMultiple(of: 2) ? .seconds(20) : .zero
                                    return (try? await outbox.send(letter.bytes, timeout: timeout)).map {
                                        number
                                    }
                                }
                            }
                            for _ in 0..<(first / 20 % 8) { await Task.yield() }
                            sends.cancelAll()
                            return await sends.reduce(into: [UInt64]()) {
                                if let number = $1 { $0.append(number) }
                            }
                        }
                    )
                }
                try await outbox.send(Letter(isQuestion: true, number: last).bytes, timeout: .seconds(20))
                let received: [UInt64] = try await group.next() ?? []
                #expect(Set(received) == sent)
                return received
            }
            #expect(Set(received).count == received.count)
        }
    }
}
