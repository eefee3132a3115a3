import Glibc
import Testing

@testable import ClientCommands

/// Waiting for what happens to an open file.
@Suite("A watch over a descriptor", .timeLimit(.minutes(1)))
struct DescriptorWatchTests {
    private static func pipe() -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        _ = Glibc.pipe(&ends)
        return (ends[0], ends[1])
    }

    @Test("It tells when there is something to read, and reads it")
    func readable() async throws {
        let (reading, writing) = Self.pipe()
        let watch = try DescriptorWatch(label: "test")
        async let byte = watch.when(POLLIN, at: reading) {
            var byte: UInt8 = 0
            return read(reading, &byte, 1) == 1 ? byte : 0
        }
        write(writing, [7] as [UInt8], 1)
        #expect(await byte == 7)
        close(reading)
        close(writing)
    }

    @Test("Asked for nothing, it tells that nobody reads any more, and nothing else")
    func readerGone() async throws {
        let (reading, writing) = Self.pipe()
        let watch = try DescriptorWatch(label: "test")
        write(writing, [7] as [UInt8], 1)
        async let gone: Bool? = watch.when(0, at: writing) { true }
        let early = Task { await watch.when(0, at: writing) { true } }
        close(reading)
        #expect(await gone == true)
        #expect(await early.value == true)
        close(writing)
    }

    @Test("A task that is cancelled waits no more, whether it began to or not")
    func cancellation() async throws {
        let (reading, writing) = Self.pipe()
        let watch = try DescriptorWatch(label: "test")
        let waiting = Task { await watch.when(POLLIN, at: reading) { true } }
        waiting.cancel()
        #expect(await waiting.value == nil)
        #expect(await watch.when(POLLIN, at: reading) { true } == nil)
        close(reading)
        close(writing)
    }
}
