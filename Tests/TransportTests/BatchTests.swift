import Synchronization
import Testing

@testable import Transport

@Suite struct BatchTests {
    @Test("What was joined comes apart as it was, with empty messages")
    func comesApart() {
        let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 70_000), [0]]
        #expect(Batch.messages(in: Batch.joined(messages)) == messages)
        #expect(Batch.joined([[5]]) == [0, 0, 0, 1, 5])
    }

    @Test(
        "Bytes that are no batch are not read",
        arguments: [
            [], [0], [0, 0, 0], [0, 0, 0, 2, 1], [0, 0, 0, 1, 9, 0], [255, 255, 255, 255, 1],
        ] as [[UInt8]]
    )
    func noBatch(bytes: [UInt8]) {
        #expect(Batch.messages(in: bytes) == nil)
    }

    @Test("More messages than a batch may have are refused, however short they are")
    func tooMany() {
        let most = Array(repeating: [UInt8](), count: Batch.messagesMax)
        #expect(Batch.messages(in: Batch.joined(most))?.count == Batch.messagesMax)
        #expect(Batch.messages(in: Batch.joined(most + [[]])) == nil)
    }
}

@Suite struct BatcherTests {
    /// Holds the first batch until it is let go, so that others come meanwhile.
    private actor Line {
        private(set) var batches: [[[UInt8]]] = []
        private let isTaking: Bool
        private var opened: CheckedContinuation<Void, Never>?
        private let (firstCame, firstCome) = AsyncStream.makeStream(of: Never.self)

        init(isTaking: Bool = true) { self.isTaking = isTaking }

        func take(_ batch: [UInt8]) async -> Bool {
            batches.append(Batch.messages(in: batch) ?? [])
            if batches.count == 1 {
                await withCheckedContinuation { continuation in
                    opened = continuation
                    firstCome.finish()
                }
            }
            return isTaking
        }

        nonisolated func waitForFirst() async { for await _ in firstCame {} }

        func open() { opened.take()?.resume() }
    }

    /// Sends one message, and others while it is under way.
    private func send(_ others: [[UInt8]], over line: Line) async -> [Bool] {
        let batcher = Batcher()
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await batcher.send([0]) { await line.take($0) } }
            await line.waitForFirst()
            // Each is a follower as soon as it has run to where it waits.
            for other in others {
                group.addImmediateTask { await batcher.send(other) { await line.take($0) } }
            }
            await line.open()
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("What comes while a batch is under way travels together in the next, in order")
    func together() async {
        let line = Line()
        let others = (1...9).map { [UInt8($0)] }
        #expect(await send(others, over: line) == Array(repeating: true, count: 10))
        #expect(await line.batches == [[[0]], others])
    }

    @Test("A batch has no more bytes than it may; the rest leads the next one")
    func bounded() async {
        let line = Line()
        let half = Array(repeating: UInt8(1), count: Batch.bytesMax / 2)
        _ = await send([half, half, half, [2]], over: line)
        #expect(await line.batches.map(\.count) == [1, 2, 2])
    }

    @Test("When a batch is not taken, nobody waits here for the line to become free")
    func notTaken() async {
        let line = Line(isTaking: false)
        #expect(await send([[1], [2]], over: line) == [false, false, false])
        #expect(await line.batches == [[[0]]])
    }
}
