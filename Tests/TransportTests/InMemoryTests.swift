import Synchronization
import Testing
import Transport
import transport_peer

/// What only the in-memory twin can do: misbehave on demand.
@Suite(.timeLimit(.minutes(1))) struct InMemoryTests {
    private let network = InMemoryTransport()
    private let address = "tcp://127.0.0.1:4711"

    @Test("A peer that is away gets nothing until it is back")
    func away() async throws {
        let inbox = try await network.openInbox(at: address, maximumMessageSize: 10)
        let outbox = try await network.openOutbox(to: address)
        await network.setAway(true, for: address)
        await expectFailure(.timedOut) { try await outbox.send([1], timeout: .milliseconds(10)) }
        async let waiting: Void = outbox.send([2], timeout: .seconds(20))
        await network.setAway(false, for: address)
        #expect(try await inbox.receive() == [2])
        try await waiting
    }

    @Test("Messages can be lost one by one without the sender's knowledge")
    func drop() async throws {
        let inbox = try await network.openInbox(at: address, maximumMessageSize: 10)
        let outbox = try await network.openOutbox(to: address)
        await network.setFate(for: address) { $0[0].isMultiple(of: 2) ? .drop : .deliver }
        for number in 0..<6 { try await outbox.send([UInt8(number)], timeout: .zero) }
        for number: UInt8 in [1, 3, 5] { #expect(try await inbox.receive() == [number]) }
        #expect(await network.lostMessages(for: address) == 3)
    }

    @Test("Held messages arrive late, in order, after those that overtook them")
    func hold() async throws {
        let inbox = try await network.openInbox(at: address, maximumMessageSize: 10)
        let outbox = try await network.openOutbox(to: address)
        await network.setFate(for: address) { $0[0] < 2 ? .hold : .deliver }
        for number in 0..<3 { try await outbox.send([UInt8(number)], timeout: .zero) }
        #expect(try await inbox.receive() == [2])
        await network.release(for: address)
        #expect(try await inbox.receive() == [0])
        #expect(try await inbox.receive() == [1])
    }

    @Test("An answer that is held beyond the deadline is an unclaimed one")
    func lateAnswer() async throws {
        let answerer = try await Answerer(network, at: address) { _ in }
        let asker = try await Asker(network, inboxAt: "tcp://127.0.0.1:0", peer: address)
        await network.setFate(for: asker.inbox.address) { _ in .hold }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await answerer.answerQuestions() }
            group.addTask { await asker.deliverAnswers() }
            await expectFailure(.timedOut) { try await asker.ask(within: .milliseconds(50)) }
            while await asker.correspondence.unclaimedAnswers == 0 {
                await network.release(for: asker.inbox.address)
                await Task.yield()
            }
            group.cancelAll()
        }
        #expect(await asker.correspondence.unclaimedAnswers == 1)
    }

    @Test("A full inbox lets senders wait until there is room")
    func full() async throws {
        var limits = InMemoryTransport.Limits()
        limits.queuedMessages = 2
        let network = InMemoryTransport(limits: limits)
        let inbox = try await network.openInbox(at: address, maximumMessageSize: 10)
        let outbox = try await network.openOutbox(to: address)
        for number: UInt8 in [1, 2] { try await outbox.send([number], timeout: .zero) }
        await expectFailure(.timedOut) { try await outbox.send([3], timeout: .milliseconds(10)) }
        async let waiting: Void = outbox.send([4], timeout: .seconds(20))
        for number: UInt8 in [1, 2, 4] { #expect(try await inbox.receive() == [number]) }
        try await waiting
    }

    @Test("A peer that dies loses what it had, and its successor gets only what was sent to it")
    func death() async throws {
        let first = try await network.openInbox(at: address, maximumMessageSize: 10)
        let outbox = try await network.openOutbox(to: address)
        try await outbox.send([1], timeout: .zero)
        await network.kill(address)
        await expectFailure(.closed) { try await first.receive() }
        await expectFailure(.timedOut) { try await outbox.send([2], timeout: .milliseconds(10)) }
        let second = try await network.openInbox(at: address, maximumMessageSize: 10)
        try await outbox.send([3], timeout: .zero)
        #expect(try await second.receive() == [3])
        #expect(await network.lostMessages(for: address) == 1)
    }

    @Test("A receive that waits while its peer dies fails")
    func deathOfReceiver() async throws {
        let inbox = try await network.openInbox(at: address, maximumMessageSize: 10)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await expectFailure(.closed) { try await inbox.receive() } }
            await Task.yield()
            await network.kill(address)
        }
    }
}
