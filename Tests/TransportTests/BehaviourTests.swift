import Synchronization
import Testing
import Transport
import transport_peer

extension Sockets {
    /// What every post promises, the real one over each transport and the in-memory twin.
    @Suite struct BehaviourTests {
        @Test("Messages of all sizes arrive whole and in order", arguments: Medium.all)
        func sizes(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 1 << 20)
            let outbox = try await post.openOutbox(to: inbox.address)
            for size in [0, 1, 13, 65_535, 65_536, 1 << 20] {
                let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                async let received = inbox.receive()
                try await outbox.send(message, timeout: .seconds(10))
                #expect(try await received == message)
            }
            await outbox.close()
        }

        @Test(
            "An inbox at port 0 tells its real port, and two have different ones",
            arguments: Medium.withPorts
        )
        func realPort(medium: Medium) async throws {
            let post = try medium.post()
            let first = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            let second = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            #expect(try Address(first.address).port != 0)
            #expect(first.address != second.address)
        }

        @Test("A taken address is refused", arguments: Medium.all)
        func takenAddress(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            await expectFailure(.addressInUse) {
                try await post.openInbox(at: inbox.address, maximumMessageSize: 100)
            }
        }

        @Test("Many questions in flight all get their own answers", arguments: Medium.all)
        func manyQuestions(medium: Medium) async throws {
            let post = try medium.post()
            let seen = Mutex([UInt64: Int]())
            let answerer = try await Answerer(post, at: medium.anyAddress) { number in
                seen.withLock { $0[number, default: 0] += 1 }
            }
            let asker = try await Asker(post, inboxAt: medium.anyAddress, peer: answerer.address)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { await answerer.answerQuestions() } }
                for _ in 0..<2 { group.addTask { await asker.deliverAnswers() } }
                try await withThrowingTaskGroup(of: Void.self) { questions in
                    for index in 0..<64 {
                        questions.addTask {
                            for round in 0..<10 {
                                let payload = [UInt8(index), UInt8(round)]
                                let reply = try await asker.ask(payload, within: .seconds(20))
                                #expect(reply == payload)
                            }
                        }
                    }
                    try await questions.waitForAll()
                }
                group.cancelAll()
            }
            #expect(seen.withLock { $0.count } == 640)
            #expect(seen.withLock { $0.values.allSatisfy { $0 == 1 } })
            #expect(await asker.correspondence.unclaimedAnswers == 0)
        }

        @Test("A peer that never answers costs its deadline and no more", arguments: Medium.all)
        func silentPeer(medium: Medium) async throws {
            let post = try medium.post()
            let silent = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 1_000)
            let asker = try await Asker(post, inboxAt: medium.anyAddress, peer: silent.address)
            let start = ContinuousClock.now
            async let question = silent.receive()
            await expectFailure(.timedOut) { try await asker.ask(within: .milliseconds(200)) }
            let waited = start.duration(to: .now)
            #expect(waited >= .milliseconds(200))
            #expect(waited < .seconds(5))
            #expect(Letter(bytes: try await question)?.number == 1)
        }

        @Test("A message over the limit is dropped, and the inbox goes on", arguments: Medium.all)
        func messageOverLimit(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 1_000)
            let unaware = try await post.openOutbox(to: inbox.address)
            let aware = try await post.openOutbox(to: inbox.address, maximumMessageSize: 1_000)
            await expectFailure(.messageTooLarge) {
                try await aware.send([UInt8](repeating: 1, count: 1_001), timeout: .seconds(1))
            }
            async let next = inbox.receive()
            try await unaware.send([UInt8](repeating: 2, count: 1_001), timeout: .seconds(10))
            try await aware.send([UInt8](repeating: 3, count: 1_000), timeout: .seconds(10))
            #expect(try await next == [UInt8](repeating: 3, count: 1_000))

            // The connection that the long message came over was dropped: what is sent into its last moments
            // is lost, and then the outbox is back.
            let back = Letter(isQuestion: false, number: 4).bytes
            let arrived = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask { try await inbox.receive() }
                group.addTask {
                    while !Task.isCancelled { try? await unaware.send(back, timeout: .milliseconds(100)) }
                    return []
                }
                defer { group.cancelAll() }
                return try await group.next()
            }
            #expect(arrived == back)
        }

        @Test(
            "A send to a peer that is away fails on time and is never delivered; later ones arrive",
            arguments: Medium.all
        )
        func awayPeer(medium: Medium) async throws {
            let post = try medium.post()
            let address = medium.knownAddress
            let outbox = try await post.openOutbox(to: address)
            for _ in 0..<3 {
                let start = ContinuousClock.now
                await expectFailure(.timedOut) { try await outbox.send([1], timeout: .milliseconds(50)) }
                #expect(start.duration(to: .now) >= .milliseconds(49))
                #expect(start.duration(to: .now) < .seconds(5))
            }
            await expectFailure(.timedOut) { try await outbox.send([1], timeout: .zero) }
            await expectFailure(.timedOut) {
                try await outbox.send([1], by: .now.advanced(by: .milliseconds(-1)))
            }
            async let waiting: Void = outbox.send([2], timeout: .seconds(20))
            let inbox = try await post.openInbox(at: address, maximumMessageSize: 1_000)
            #expect(try await inbox.receive() == [2])
            try await waiting
            try await outbox.send([3], timeout: .seconds(20))
            #expect(try await inbox.receive() == [3])
        }

        @Test("A cancelled send fails at once and is never delivered", arguments: Medium.all)
        func cancelledSend(medium: Medium) async throws {
            let post = try medium.post()
            let address = medium.knownAddress
            let outbox = try await post.openOutbox(to: address)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        await expectFailure(.cancelled) { try await outbox.send([1], timeout: .seconds(60)) }
                    }
                }
                await Task.yield()
                group.cancelAll()
            }
            let inbox = try await post.openInbox(at: address, maximumMessageSize: 1_000)
            async let received = inbox.receive()
            try await outbox.send([2], timeout: .seconds(20))
            #expect(try await received == [2])
        }

        @Test("More sends than the outbox allows to wait fail at once", arguments: Medium.all)
        func tooManySends(medium: Medium) async throws {
            let outbox = try await medium.post().openOutbox(to: medium.knownAddress)
            let codes = await withTaskGroup(of: TransportError.Code?.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        do throws(TransportError) {
                            try await outbox.send([1], timeout: .seconds(60))
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                var codes: [TransportError.Code?] = []
                for _ in 0..<44 { codes.append(await group.next() ?? nil) }
                #expect(codes.allSatisfy { $0 == .overloaded })
                await outbox.close()
                for await code in group { codes.append(code) }
                return codes
            }
            #expect(codes.filter { $0 == .closed }.count == 256)
            await expectFailure(.closed) { try await outbox.send([1], timeout: .seconds(60)) }
            await outbox.close()
        }

        @Test("More receives than the inbox allows to wait fail at once", arguments: Medium.all)
        func tooManyReceives(medium: Medium) async throws {
            let inbox = try await medium.post().openInbox(at: medium.anyAddress, maximumMessageSize: 10)
            await withTaskGroup(of: TransportError.Code?.self) { group in
                for _ in 0..<65 {
                    group.addTask {
                        do throws(TransportError) {
                            _ = try await inbox.receive()
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                #expect(await group.next() == .overloaded)
                group.cancelAll()
                for await code in group { #expect(code == .cancelled) }
            }
        }

        @Test("Each message goes to exactly one of several receivers", arguments: Medium.all)
        func severalReceivers(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            let outbox = try await post.openOutbox(to: inbox.address)
            let received = try await withThrowingTaskGroup(of: [UInt64].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var numbers: [UInt64] = []
                        while let letter = Letter(bytes: try await inbox.receive()), letter.isQuestion {
                            numbers.append(letter.number)
                        }
                        return numbers
                    }
                }
                for number in 0..<200 {
                    let letter = Letter(isQuestion: true, number: UInt64(number))
                    try await outbox.send(letter.bytes, timeout: .seconds(20))
                }
                for _ in 0..<4 {
                    try await outbox.send(Letter(isQuestion: false, number: 0).bytes, timeout: .seconds(20))
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(received.sorted() == Array(0..<200))
        }

        @Test(
            "Outboxes that are opened, used and closed leave no descriptors behind",
            arguments: Medium.all
        )
        func closedOutboxes(medium: Medium) async throws {
            let post = try medium.post()
            let inbox = try await post.openInbox(at: medium.anyAddress, maximumMessageSize: 100)
            var before = 0
            for round in 0..<40 {
                let outbox = try await post.openOutbox(to: inbox.address)
                async let received = inbox.receive()
                try await outbox.send([UInt8(round)], timeout: .seconds(20))
                #expect(try await received == [UInt8(round)])
                // Half of them are left to the end of their life.
                if round.isMultiple(of: 2) { await outbox.close() }
                if round == 2 { before = openDescriptors() }
            }
            await expectDescriptors(atMost: before + 4)
        }
    }
}

/// Waits until this process has few enough descriptors open; closing ends in the background.
func expectDescriptors(atMost limit: Int, sourceLocation: SourceLocation = #_sourceLocation) async {
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    while openDescriptors() > limit, ContinuousClock.now < deadline {
        try? await Task.sleep(for: .milliseconds(5))
    }
    #expect(openDescriptors() <= limit, sourceLocation: sourceLocation)
}
