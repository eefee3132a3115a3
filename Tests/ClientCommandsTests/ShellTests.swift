import Testing

@testable import Client
@testable import ClientCommands

/// How long the shell tries again.
@Suite("Patience with a connection")
struct PatienceTests {
    private let start = ContinuousClock.now

    @Test("It begins with the first failure, however long all went well before")
    func beginning() {
        var patience = Patience()
        #expect(patience.pause(at: start + .seconds(10_000)) == .milliseconds(200))
        #expect(patience.pause(at: start + .seconds(10_119)) != nil)
        #expect(patience.pause(at: start + .seconds(10_120)) == nil)
    }

    @Test("Getting on renews it, and the pauses begin small again")
    func renewal() {
        var patience = Patience()
        let pauses = (0..<7).map { patience.pause(at: start + .seconds($0)) }
        #expect(pauses == [200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
        #expect(patience.isTried)
        patience.renew()
        #expect(!patience.isTried)
        #expect(patience.pause(at: start + .seconds(500)) == .milliseconds(200))
    }

    @Test("The server may ask for a longer pause, within reason")
    func wanted() {
        var patience = Patience()
        #expect(patience.pause(at: start, wanted: .seconds(7)) == .seconds(7))
        #expect(patience.pause(at: start, wanted: .seconds(86_400)) == .seconds(30))
    }
}

/// What is typed faster than it can be sent.
@Suite("Keys that wait")
struct KeyQueueTests {
    @Test("They come in their order, and stay until they have arrived")
    func order() async {
        let queue = KeyQueue()
        queue.add([1, 2, 3])
        #expect(await queue.next(2) == [1, 2])
        #expect(await queue.next(2) == [1, 2])
        queue.drop(2)
        queue.add([4])
        #expect(await queue.next(9) == [3, 4])
    }

    @Test("Whoever types too much waits for room")
    func room() async {
        let queue = KeyQueue()
        queue.add(Array(repeating: 0, count: KeyQueue.room))
        async let room: Void = queue.hasRoom()
        queue.drop(1)
        await room
        await queue.becomesEmpty(within: .milliseconds(20))
        #expect(await queue.next(.max)?.count == KeyQueue.room - 1)
    }

    @Test("Nobody waits in a task that is cancelled")
    func cancellation() async {
        let queue = KeyQueue()
        let waiting = Task { await queue.next(1) }
        waiting.cancel()
        #expect(await waiting.value == nil)
    }
}
