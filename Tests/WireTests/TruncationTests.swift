import Domain
import Testing
import Wire

/// A message that breaks off anywhere is refused or is a message; it never brings the process down.
@Suite("Truncation")
struct TruncationTests {
    @Test("An envelope may end at any byte", arguments: ContentKind.allCases)
    func envelopes(kind: ContentKind) throws {
        var arbitrary = Arbitrary(for: "truncated envelopes \(kind)")
        for _ in 0..<5 {
            let bytes = try arbitrary.envelope(try arbitrary.content(kind)).encoded(key: clusterKey())
            for length in bytes.indices {
                // The key is the last field: without all of it nobody knows whose message this is.
                let refusal = try code { _ = try reassembled(Array(bytes.prefix(length))) }
                #expect([.malformed, .foreign].contains(refusal), "\(length) of \(bytes.count) bytes")
            }
        }
    }

    @Test("A payload may end at any byte", arguments: ContentKind.allCases)
    func payloads(kind: ContentKind) throws {
        var arbitrary = Arbitrary(for: "truncated payloads \(kind)")
        for _ in 0..<5 {
            let content = try arbitrary.content(kind)
            let payload = try content.payload()
            for length in payload.indices {
                try expectStable(content, Array(payload.prefix(length)))
            }
        }
    }

    @Test("A frame to the guest may end at any byte", arguments: HostFrameKind.allCases)
    func hostFrames(kind: HostFrameKind) throws {
        var arbitrary = Arbitrary(for: "truncated host frames \(kind)")
        for _ in 0..<10 {
            let bytes = try unframed(try arbitrary.frame(kind).encoded())
            for length in bytes.indices { try expectStableHostFrame(Array(bytes.prefix(length))) }
        }
    }

    @Test("A frame from the guest may end at any byte", arguments: GuestFrameKind.allCases)
    func guestFrames(kind: GuestFrameKind) throws {
        var arbitrary = Arbitrary(for: "truncated guest frames \(kind)")
        for _ in 0..<10 {
            let bytes = try unframed(try arbitrary.frame(kind).encoded())
            for length in bytes.indices { try expectStableGuestFrame(Array(bytes.prefix(length))) }
        }
    }
}
