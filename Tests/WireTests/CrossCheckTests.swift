import Domain
import SeededRandomness
import Testing
import Wire

/// Another implementation of protobuf reads what we write, and we read what it writes.
@Suite(
    "Cross-check with protoc",
    .enabled(
        if: Protoc.executable != nil,
        "protoc is not installed; on Debian: apt-get install protobuf-compiler"
    )
)
struct CrossCheckTests {
    @Test("The golden bytes are what protoc makes of the texts")
    func goldenBytes() async throws {
        for golden in try GoldenMessages.contents() {
            let bytes = try await Protoc.encoded(golden.text, as: golden.name)
            #expect(Hexadecimal.text(bytes) == golden.hexadecimal, "\(ContentKind(of: golden.value))")
        }
        for golden in try GoldenMessages.hostFrames + GoldenMessages.fileOrders()
            + GoldenMessages.terminalSteps()
        {
            let bytes = try await Protoc.encoded(golden.text, as: golden.name)
            #expect(Hexadecimal.text(bytes) == golden.hexadecimal, "\(golden.value)")
        }
        for golden in try GoldenMessages.guestFrames + GoldenMessages.fileReplies()
            + GoldenMessages.terminalReports
        {
            let bytes = try await Protoc.encoded(golden.text, as: golden.name)
            #expect(Hexadecimal.text(bytes) == golden.hexadecimal, "\(golden.value)")
        }
        let envelope = GoldenMessages.envelope
        let bytes = try await Protoc.encoded(envelope.text, as: envelope.name)
        #expect(Hexadecimal.text(bytes) == envelope.hexadecimal)
    }

    @Test("Contents come back from protoc's text as they were", arguments: ContentKind.allCases)
    func contents(kind: ContentKind) async throws {
        var arbitrary = Arbitrary(for: "cross-check \(kind)")
        for _ in 0..<3 {
            let content = try arbitrary.content(kind)
            let copy = try await copied(content.payload(), as: content.protobufName)
            #expect(try content.decodingSibling(copy) == content, "seed \(SeededGenerator.seed)")
        }
    }

    @Test("Frames to the guest come back from protoc's text as they were", arguments: HostFrameKind.allCases)
    func hostFrames(kind: HostFrameKind) async throws {
        var arbitrary = Arbitrary(for: "cross-check \(kind)")
        for _ in 0..<3 {
            let frame = try arbitrary.frame(kind)
            let copy = try await copied(try unframed(frame.encoded()), as: "HostFrame")
            #expect(try HostFrame(decoding: copy) == frame, "seed \(SeededGenerator.seed)")
        }
    }

    @Test(
        "Frames from the guest come back from protoc's text as they were",
        arguments: GuestFrameKind.allCases
    )
    func guestFrames(kind: GuestFrameKind) async throws {
        var arbitrary = Arbitrary(for: "cross-check \(kind)")
        for _ in 0..<(kind == .event ? 12 : 2) {
            let frame = try arbitrary.frame(kind)
            let copy = try await copied(try unframed(frame.encoded()), as: "GuestFrame")
            #expect(try GuestFrame(decoding: copy) == frame, "seed \(SeededGenerator.seed)")
        }
    }

    @Test("Envelopes come back from protoc's text as they were", arguments: [1, 20_000])
    func envelopes(size: Int) async throws {
        var arbitrary = Arbitrary(for: "cross-check envelopes")
        let event = ExecutionEvent.standardOutput([UInt8](repeating: 0x61, count: size))
        let envelope = arbitrary.envelope(page(of: [SequencedEvent(sequence: 1, event: event)]))
        let copy = try await copied(try envelope.encoded(key: clusterKey()), as: "Envelope")
        #expect(try reassembled(copy) == envelope, "seed \(SeededGenerator.seed)")
    }

    /// Lets protoc take an encoding apart and put it together again.
    private func copied(_ bytes: [UInt8], as name: String) async throws -> [UInt8] {
        let text = try await Protoc.text(bytes, as: name)
        // A field that protoc does not know has a number where a name should be.
        #expect(!text.split(separator: "\n").contains { $0.drop { $0 == " " }.first?.isNumber == true })
        return try await Protoc.encoded(text, as: name)
    }
}
