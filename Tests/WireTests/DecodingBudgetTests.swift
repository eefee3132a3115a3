import CWire
import Domain
import Testing

@testable import Wire

/// protobuf-c gets no more memory than it is given, wherever that runs out.
@Suite("Decoding budget")
struct DecodingBudgetTests {
    /// Decodes with a budget of so many bytes.
    private func decode<Message>(
        _ bytes: [UInt8],
        _ unpack: Unpack<Message>,
        _ free: FreeUnpacked<Message>,
        budget: Int
    ) throws {
        try unpacked(bytes, unpack, free, allowance: budget - bytes.count) { _ in }
    }

    @Test("Memory may run out at every allocation of every message")
    func everyAllocation() throws {
        let unknown = message { $0.field(900, "a field of a newer version") }
        for golden in try GoldenMessages.contents() {
            let bytes = golden.bytes + unknown
            try expectThreshold { budget in
                switch golden.value {
                case .announcement:
                    try decode(
                        bytes,
                        cloister__v1__announcement__unpack,
                        cloister__v1__announcement__free_unpacked,
                        budget: budget
                    )
                case .command:
                    try decode(
                        bytes,
                        cloister__v1__command__unpack,
                        cloister__v1__command__free_unpacked,
                        budget: budget
                    )
                case .answer:
                    try decode(
                        bytes,
                        cloister__v1__answer__unpack,
                        cloister__v1__answer__free_unpacked,
                        budget: budget
                    )
                }
            }
        }
        for golden in GoldenMessages.guestFrames {
            try expectThreshold { budget in
                try decode(
                    // Twice, so that the second frame takes the place of the first.
                    golden.bytes + golden.bytes + unknown,
                    cloister__v1__guest_frame__unpack,
                    cloister__v1__guest_frame__free_unpacked,
                    budget: budget
                )
            }
        }
    }

    @Test("All allocations of a message count together")
    func sum() throws {
        let text = String(repeating: "a", count: 1_000)
        let bytes = message { announcement in
            announcement.field(1, text)
            announcement.field(2, text)
        }
        let threshold = try expectThreshold { budget in
            try decode(
                bytes,
                cloister__v1__announcement__unpack,
                cloister__v1__announcement__free_unpacked,
                budget: budget
            )
        }
        #expect((2_000..<2_200).contains(threshold))
    }

    /// Checks that a decoding is refused up to some budget and works from there on.
    ///
    /// - Returns: the least budget that suffices.
    @discardableResult
    private func expectThreshold(_ decode: (Int) throws -> Void) throws -> Int {
        var threshold: Int?
        for budget in 0..<4_096 {
            let refusal = try code { try decode(budget) }
            if refusal == nil { threshold = threshold ?? budget }
            #expect(refusal == (threshold == nil ? .tooLarge : nil))
        }
        return try #require(threshold)
    }
}
