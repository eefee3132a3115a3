import Glibc
import Synchronization
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(1))) struct CallbackExecutorTests {
    /// The name of the calling thread; libnng's are called "nng:" and what they do.
    private static func threadName() -> String {
        let file = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var name = [UInt8](repeating: 0, count: 16)
        let count = read(file, &name, name.count)
        return String(decoding: name.prefix(max(0, count)), as: UTF8.self)
    }

    private func withPair(_ body: (any Inbox, any Outbox) async throws -> Void) async throws {
        let transport = NNGTransport()
        let inbox = try await transport.openInbox(at: "tcp://127.0.0.1:0", maximumMessageSize: 1_000)
        let outbox = try await transport.openOutbox(to: inbox.address)
        try await body(inbox, outbox)
        await outbox.close()
    }

    /// Where each of some messages was received; the next is sent when the last has been.
    private func threads(receiving inbox: any Inbox, from outbox: any Outbox) async throws -> [String] {
        let (names, received) = AsyncStream.makeStream(of: String.self)
        async let receiving: Void = {
            for _ in 0..<50 {
                _ = try await inbox.receive()
                received.yield(Self.threadName())
            }
            received.finish()
        }()
        var seen: [String] = []
        try await outbox.send([1], timeout: .seconds(5))
        for await name in names {
            seen.append(name)
            if seen.count < 50 { try await outbox.send([1], timeout: .seconds(5)) }
        }
        try await receiving
        return seen
    }

    @Test("A loop that prefers the inbox's executor goes on where the library calls back, others do not")
    func whereItGoesOn() async throws {
        try await withPair { inbox, outbox in
            let preferring = try await withTaskExecutorPreference(inbox.executor) {
                try await threads(receiving: inbox, from: outbox)
            }
            // Not all: a message that comes while the loop is about to wait finds it on its own thread.
            #expect(preferring.contains { $0.hasPrefix("nng:") }, "\(preferring)")
            let others = try await threads(receiving: inbox, from: outbox)
            #expect(!others.contains { $0.hasPrefix("nng:") }, "\(others)")
        }
    }

    /// What the tasks of a test have in common.
    private final class Notes: Sendable {
        let steps = Mutex<[Int]>([])
        let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)
    }

    @Test("What is woken in a callback runs before it returns, also what that wakes")
    func runsBeforeItReturns() async throws {
        let executor = CallbackExecutor()
        let notes = Notes()
        let (words, speaker) = AsyncStream.makeStream(of: Int.self)
        let (echoes, echo) = AsyncStream.makeStream(of: Int.self)
        await withTaskExecutorPreference(executor) {
            await withDiscardingTaskGroup { group in
                group.addImmediateTask {
                    for await word in words {
                        notes.steps.withLock { $0.append(word) }
                        echo.yield(word + 10)
                    }
                    echo.finish()
                }
                group.addImmediateTask {
                    for await word in echoes { notes.steps.withLock { $0.append(word) } }
                }
                group.addImmediateTask {
                    await withCheckedContinuation { continuation in
                        notes.waiting.withLock { $0 = continuation }
                    }
                    speaker.yield(1)
                    speaker.finish()
                }
                let seen = await onAThread {
                    executor.callback { notes.waiting.withLock { $0.take() }?.resume() }
                    return notes.steps.withLock { $0 }
                }
                #expect(seen == [1, 11])
            }
        }
    }

    /// Runs what blocks on a thread of its own.
    private func onAThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            BlockingCall.start { continuation.resume(returning: body()) }
        }
    }
}
