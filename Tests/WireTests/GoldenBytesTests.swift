import Domain
import Testing
import Wire

/// The bytes of the contract: a change that alters them breaks nodes of the same major version.
@Suite("Golden bytes")
struct GoldenBytesTests {
    @Test("Every kind of content has the bytes that it always had")
    func contents() throws {
        let goldens = try GoldenMessages.contents()
        for golden in goldens {
            #expect(Hexadecimal.text(try golden.value.payload()) == golden.hexadecimal, "\(golden.text)")
            #expect(try golden.value.decodingSibling(golden.bytes) == golden.value)
        }
        #expect(Set(goldens.map { ContentKind(of: $0.value) }) == Set(ContentKind.allCases))
    }

    @Test("An envelope has the bytes that it always had")
    func envelope() throws {
        let golden = GoldenMessages.envelope
        #expect(Hexadecimal.text(try golden.value.encoded(key: clusterKey())) == golden.hexadecimal)
        #expect(try reassembled(golden.bytes) == golden.value)
    }

    @Test("Every kind of frame has the bytes that it always had")
    func frames() throws {
        for golden in try GoldenMessages.hostFrames + GoldenMessages.fileOrders()
            + GoldenMessages.terminalSteps()
        {
            #expect(Hexadecimal.text(try unframed(golden.value.encoded())) == golden.hexadecimal)
            #expect(try HostFrame(decoding: golden.bytes) == golden.value)
        }
        for golden in try GoldenMessages.guestFrames + GoldenMessages.fileReplies()
            + GoldenMessages.terminalReports
        {
            #expect(Hexadecimal.text(try unframed(golden.value.encoded())) == golden.hexadecimal)
            #expect(try GuestFrame(decoding: golden.bytes) == golden.value)
        }
    }
}
