import Domain
import SeededRandomness
import Testing
import Wire

/// Random bytes and damaged messages: refused or understood, never a crash.
@Suite("Hostile bytes")
struct HostileBytesTests {
    private static let rounds = 20_000

    @Test("Random bytes as an envelope")
    func randomEnvelopes() throws {
        var arbitrary = Arbitrary(for: "random envelopes")
        for _ in 0..<Self.rounds {
            let bytes = arbitrary.nonsense()
            try expectStableEnvelope(bytes)
            // With the key behind it the reader gets to see the rest.
            try expectStableEnvelope(bytes + message { $0.field(12, RawEnvelope.key) })
        }
    }

    @Test("Random bytes as the payload of each kind of envelope")
    func randomPayloads() throws {
        var arbitrary = Arbitrary(for: "random payloads")
        let kinds = try [ContentKind.announcement, .ping, .done].map { try arbitrary.content($0) }
        for _ in 0..<(Self.rounds / 2) {
            let bytes = arbitrary.nonsense()
            for kind in kinds { try expectStable(kind, bytes) }
        }
    }

    @Test("Random bytes as a frame to the guest")
    func randomHostFrames() throws {
        var arbitrary = Arbitrary(for: "random host frames")
        for _ in 0..<Self.rounds { try expectStableHostFrame(arbitrary.nonsense()) }
    }

    @Test("Random bytes as a frame from the guest")
    func randomGuestFrames() throws {
        var arbitrary = Arbitrary(for: "random guest frames")
        for _ in 0..<Self.rounds { try expectStableGuestFrame(arbitrary.nonsense()) }
    }

    @Test("Damaged envelopes and payloads")
    func damagedContents() throws {
        var arbitrary = Arbitrary(for: "damaged contents")
        var taken = 0
        for round in 0..<(Self.rounds / 10) {
            let kind = ContentKind.allCases[round % ContentKind.allCases.count]
            let envelope = arbitrary.envelope(try arbitrary.content(kind))
            let bytes = try envelope.encoded(key: clusterKey())
            let payload = try envelope.content.payload()
            for _ in 0..<5 {
                try expectStableEnvelope(arbitrary.damaged(bytes) + message { $0.field(12, RawEnvelope.key) })
                if try expectStable(envelope.content, arbitrary.damaged(payload)) { taken += 1 }
            }
        }
        // The damage is slight enough that much of it is still a message.
        #expect(taken > Self.rounds / 20, "seed \(SeededGenerator.seed)")
    }

    @Test("Damaged frames to and from the guest")
    func damagedFrames() throws {
        var arbitrary = Arbitrary(for: "damaged frames")
        for _ in 0..<(Self.rounds / 10) {
            let order = try unframed(try arbitrary.frame(arbitrary.element(HostFrameKind.allCases)).encoded())
            let report = try unframed(
                try arbitrary.frame(arbitrary.element(GuestFrameKind.allCases)).encoded()
            )
            for _ in 0..<10 {
                try expectStableHostFrame(arbitrary.damaged(order))
                try expectStableGuestFrame(arbitrary.damaged(report))
            }
        }
    }

    @Test("Random bytes as a stream of frames")
    func randomStreams() throws {
        var arbitrary = Arbitrary(for: "random streams")
        for _ in 0..<2_000 {
            var splitter = FrameSplitter()
            do throws(WireError) {
                for _ in 0..<20 {
                    splitter.append(arbitrary.nonsense())
                    while let frame = try splitter.next() { #expect(frame.count <= WireLimits.frameBytes) }
                }
            } catch {
                #expect(error.code == .tooLarge)
            }
        }
    }
}

extension Arbitrary {
    /// Bytes that make a decoder think: small numbers are tags, types and lengths.
    fileprivate mutating func nonsense() -> [UInt8] {
        let bits = element([2, 5, 6, 8, 8])
        return bytes(0...count(0...120)).map { $0 >> (8 - UInt8(bits)) }
    }

    /// A message after one to three small accidents.
    fileprivate mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var damaged = bytes
        for _ in 0..<count(1...3) where !damaged.isEmpty {
            let place = count(0...(damaged.count - 1))
            let end = count(place...min(damaged.count, place + 20))
            switch count(0...5) {
            case 0: damaged[place] ^= 1 << UInt8(count(0...7))
            case 1: damaged[place] = element([0, 1, 0x7f, 0x80, 0xff])
            case 2: damaged.removeSubrange(place..<end)
            case 3: damaged.insert(contentsOf: damaged[place..<end], at: place)
            case 4: damaged.insert(contentsOf: self.bytes(0...4), at: place)
            default: damaged += bytes
            }
        }
        return damaged
    }
}
