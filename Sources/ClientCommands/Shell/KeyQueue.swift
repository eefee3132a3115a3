internal import Synchronization

/// What is typed and has not arrived yet.
///
/// One task types, one sends.
final class KeyQueue: Sendable {
    /// How much may wait before no more keys are read, in bytes.
    static let room = 1 << 20

    private let waiting = Mutex<[UInt8]>([])
    private let added = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let dropped = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// Adds what was typed.
    ///
    /// - Parameter keys: the bytes of the keys.
    func add(_ keys: [UInt8]) {
        waiting.withLock { $0 += keys }
        added.continuation.yield()
    }

    /// Waits for something to send; it stays in the queue until it is dropped.
    ///
    /// - Parameter count: how much to send at most, in bytes.
    /// - Returns: the first bytes; nil when the task is cancelled.
    func next(_ count: Int) async -> [UInt8]? {
        var arrivals = added.stream.makeAsyncIterator()
        while true {
            let piece = waiting.withLock { Array($0.prefix(count)) }
            if !piece.isEmpty { return piece }
            guard await arrivals.next() != nil else { return nil }
        }
    }

    /// Drops what has arrived.
    ///
    /// - Parameter count: how many bytes of the beginning.
    func drop(_ count: Int) {
        waiting.withLock { $0.removeFirst(count) }
        dropped.continuation.yield()
    }

    /// Waits until there is room, or the task is cancelled.
    func hasRoom() async { await holds { $0 < Self.room } }

    /// Waits until all has arrived, or a time has passed.
    ///
    /// - Parameter time: how long to wait at most.
    func becomesEmpty(within time: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.holds { $0 == 0 } }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
    }

    private func holds(_ condition: @Sendable (Int) -> Bool) async {
        var departures = dropped.stream.makeAsyncIterator()
        while !condition(waiting.withLock { $0.count }), await departures.next() != nil {}
    }
}
