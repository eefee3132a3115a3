import Foundation
import SeededRandomness
import Testing
import Wire

/// Frames are found in a stream however it arrives.
@Suite("Frame splitter")
struct FrameSplitterTests {
    @Test("A frame has its length before it, little endian")
    func framing() {
        #expect(FrameSplitter.framed([]) == [0, 0, 0, 0])
        #expect(FrameSplitter.framed([7, 8]) == [2, 0, 0, 0, 7, 8])
        #expect(FrameSplitter.framed([UInt8](repeating: 1, count: 0x010203)).prefix(4) == [3, 2, 1, 0])
    }

    @Test("A stream that comes byte by byte gives the same frames")
    func byteByByte() throws {
        var arbitrary = Arbitrary(for: "byte by byte")
        let frames = (0..<50).map { _ in arbitrary.bytes(0...300) }
        var splitter = FrameSplitter()
        var found: [[UInt8]] = []
        for byte in frames.flatMap(FrameSplitter.framed) {
            splitter.append(CollectionOfOne(byte))
            while let frame = try splitter.next() { found.append(frame) }
        }
        #expect(found == frames)
    }

    @Test("A stream that comes in chunks of any size gives the same frames")
    func anyChunks() throws {
        var arbitrary = Arbitrary(for: "any chunks")
        for _ in 0..<20 {
            // Long enough that bytes already handed out are dropped on the way.
            let frames = (0..<60).map { _ in arbitrary.bytes(0...(arbitrary.flag() ? 9 : 9_000)) }
            var rest = frames.flatMap(FrameSplitter.framed)[...]
            var splitter = FrameSplitter()
            var found: [[UInt8]] = []
            while !rest.isEmpty {
                let chunk = rest.prefix(arbitrary.count(1...(arbitrary.flag() ? 5 : 100_000)))
                rest = rest.dropFirst(chunk.count)
                splitter.append(chunk)
                while arbitrary.flag(), let frame = try splitter.next() { found.append(frame) }
            }
            while let frame = try splitter.next() { found.append(frame) }
            #expect(found == frames, "seed \(SeededGenerator.seed)")
        }
    }

    @Test("An empty frame is a frame, and a stream without bytes has none")
    func emptyFrames() throws {
        var splitter = FrameSplitter()
        #expect(try splitter.next() == nil)
        splitter.append([0, 0, 0])
        #expect(try splitter.next() == nil)
        splitter.append([0, 0, 0, 0, 0])
        #expect(try splitter.next() == [])
        #expect(try splitter.next() == [])
        #expect(try splitter.next() == nil)
    }

    @Test("A frame of exactly the limit passes")
    func frameAtTheLimit() throws {
        let frame = [UInt8](repeating: 0x5a, count: WireLimits.frameBytes)
        var splitter = FrameSplitter()
        splitter.append(FrameSplitter.framed(frame).dropLast())
        #expect(try splitter.next() == nil)
        splitter.append([0x5a])
        #expect(try splitter.next() == frame)
        #expect(try splitter.next() == nil)
    }

    @Test(
        "A length over the limit is refused as soon as it is read, and from then on",
        arguments: [UInt32(WireLimits.frameBytes) + 1, 0x7fff_ffff, 0x8000_0000, .max]
    )
    func frameOverTheLimit(length: UInt32) throws {
        var splitter = FrameSplitter()
        splitter.append(FrameSplitter.framed([1]))
        splitter.append((0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
        #expect(try splitter.next() == [1])
        for _ in 0..<2 {
            #expect(try code { _ = try splitter.next() } == .tooLarge)
            splitter.append([0, 0, 0, 0])
        }
    }

    @Test("Many small frames in one chunk cost a time in proportion to their bytes")
    func linearTime() throws {
        // Moving what is left after every 64 KiB took 1.1 s where this takes 0.015 s.
        let size = 64 << 20
        let frame = FrameSplitter.framed([UInt8](repeating: 1, count: 4_092))
        var chunk: [UInt8] = []
        chunk.reserveCapacity(size)
        for _ in 0..<(size / frame.count) { chunk += frame }
        var splitter = FrameSplitter()
        splitter.append(chunk)
        var found = 0
        let began = processorSeconds()
        while try splitter.next() != nil { found += 1 }
        #expect(found == size / 4_096)
        #expect(processorSeconds() - began < 0.3)
    }

    /// The time of this thread on the processor, which other tests do not lengthen.
    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
