import Domain
import Testing
import Wire

/// Large payloads travel as lz4 blocks, and no block can do harm.
@Suite("Compression")
struct CompressionTests {
    private static let threshold = WireLimits.compressionThresholdBytes

    /// A content whose payload has exactly so many bytes.
    private func content(ofBytes size: Int, fill: (Int) -> UInt8) throws -> Envelope.Content {
        let overhead = try page(of: output((0..<(size - 40)).map(fill))).payload().count - (size - 40)
        let content = page(of: output((0..<(size - overhead)).map(fill)))
        try #require(try content.payload().count == size)
        return content
    }

    private func output(_ bytes: [UInt8]) -> [SequencedEvent] {
        [SequencedEvent(sequence: 1, event: .standardOutput(bytes))]
    }

    private func envelope(_ content: Envelope.Content) -> Envelope {
        Envelope(addressee: nil, sender: Incarnation(1), number: 1, timeLeft: .zero, content: content)
    }

    @Test("Compression begins exactly at the threshold", arguments: [-1, 0, 1])
    func threshold(offset: Int) throws {
        let envelope = envelope(try content(ofBytes: Self.threshold + offset) { _ in 0x20 })
        let bytes = try envelope.encoded(key: clusterKey())
        let fields = ProtobufFields(bytes)
        #expect(fields.numbers[8] == (offset < 0 ? nil : 1))
        #expect(fields.numbers[9] == UInt64(Self.threshold + offset))
        let payload = try #require(fields.contents[10])
        #expect(offset < 0 ? payload.count == Self.threshold + offset : payload.count < 300)
        #expect(try reassembled(bytes) == envelope)
    }

    @Test("What does not get smaller travels as it is")
    func incompressible() throws {
        var arbitrary = Arbitrary(for: "incompressible")
        let noise = arbitrary.bytes(100_000...100_000)
        let envelope = envelope(page(of: output(noise)))
        let bytes = try envelope.encoded(key: clusterKey())
        #expect(ProtobufFields(bytes).numbers[8] == nil)
        #expect(bytes.count < noise.count + 100)
        #expect(try reassembled(bytes) == envelope)
    }

    @Test("Our blocks are lz4 to another reader, and another writer's blocks to us")
    func blocksOfOthers() throws {
        var arbitrary = Arbitrary(for: "blocks of others")
        let pieces = (0..<40).map { _ in arbitrary.bytes(1...200) }
        let text = (0..<500).flatMap { _ in arbitrary.element(pieces) }
        let content = page(of: output(text))
        #expect(try content.decodingSibling(try content.payload()) == content)

        var raw = RawEnvelope.answer(LZ4Block.repeating([0x2a, 0x00], size: 1_000))
        raw.compression = 1
        raw.payloadSize = 1_000
        #expect(try LZ4Block.expanded(raw.payload) == [UInt8](repeating: [0x2a, 0x00], size: 1_000))
        #expect(try raw.content() == .answer(.done))
    }

    @Test(
        "A block that grows to another size than declared is refused",
        arguments: [0, 1, 999, 1_001, 1 << 24]
    )
    func wrongSize(declared: UInt64) throws {
        var raw = RawEnvelope.answer(LZ4Block.repeating([0x2a, 0x00], size: 1_000))
        raw.compression = 1
        raw.payloadSize = declared
        #expect(try code { _ = try raw.content() } == .malformed)
    }

    @Test("A bomb stops at the size that it declares")
    func bombs() throws {
        let bomb = LZ4Block.repeating([0x2a, 0x00], size: 1 << 30)
        #expect(bomb.count < 5 << 20)
        for declared: UInt64 in [0, 1_000, UInt64(WireLimits.payloadBytes)] {
            var raw = RawEnvelope.answer(bomb)
            raw.compression = 1
            raw.payloadSize = declared
            #expect(try code { _ = try raw.content() } == .malformed)
        }
    }

    @Test("A damaged block is refused or gives a message, and never more than was declared")
    func damagedBlocks() throws {
        var arbitrary = Arbitrary(for: "damaged blocks")
        let text = (0..<300).flatMap { _ in arbitrary.element([Array("ABC".utf8), Array("a\n".utf8)]) }
        let envelope = envelope(page(of: output(text + [UInt8](repeating: 0x20, count: Self.threshold))))
        let fields = ProtobufFields(try envelope.encoded(key: clusterKey()))
        try #require(fields.numbers[8] == 1)
        let block = try #require(fields.contents[10])
        for length in 0..<block.count {
            var raw = RawEnvelope.answer(Array(block.prefix(length)))
            raw.compression = 1
            raw.payloadSize = fields.numbers[9]
            #expect(try code { _ = try raw.content() } == .malformed)
        }
        for _ in 0..<2_000 {
            var raw = RawEnvelope.answer(block)
            for _ in 0...arbitrary.count(0...2) {
                raw.payload[arbitrary.count(0...(block.count - 1))] = UInt8(arbitrary.count(0...255))
            }
            raw.compression = 1
            raw.payloadSize = fields.numbers[9]
            _ = try expectStableEnvelope(raw.bytes)
        }
    }

    @Test("An empty block is no block")
    func emptyBlock() throws {
        for declared: UInt64 in [0, 1] {
            var raw = RawEnvelope.answer([])
            raw.compression = 1
            raw.payloadSize = declared
            #expect(try code { _ = try raw.content() } == .malformed)
        }
    }

    @Test("A compression that is not known is refused")
    func unknownCompression() throws {
        var raw = RawEnvelope.answer([0x2a, 0x00])
        raw.compression = 2
        #expect(try code { _ = try raw.content() } == .invalidField)
    }
}
