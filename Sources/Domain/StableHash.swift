/// A 64-bit hash that is the same in every process, on every machine and in every version.
///
/// Swift's own `Hasher` is seeded per process, and what is hashed here (ring positions, template
/// names) has to be agreed upon by processes that never talk to each other.
/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) followed by the finaliser of MurmurHash3,
/// because FNV alone leaves the high bits of short keys badly mixed.
package struct StableHash: Sendable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Begins an empty hash.
    package init() {}

    /// Adds bytes.
    ///
    /// - Parameter bytes: the bytes to add, in order.
    package mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
    }

    /// Adds a number as eight little-endian bytes.
    ///
    /// - Parameter number: the number to add.
    package mutating func combine(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            state = (state ^ ((number >> shift) & 0xff)) &* 0x0000_0100_0000_01b3
        }
    }

    /// The hash of everything added so far.
    package var value: UInt64 { Self.mix(state) }

    /// The hash of a text's UTF-8.
    ///
    /// - Parameter text: the text to hash.
    /// - Returns: its stable hash.
    package static func of(_ text: String) -> UInt64 {
        var hash = StableHash()
        hash.combine(text.utf8)
        return hash.value
    }

    /// Spreads a number over all 64 bits (the finaliser of MurmurHash3).
    ///
    /// - Parameter number: the number to spread.
    /// - Returns: a number of which every bit depends on every bit of the input.
    package static func mix(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 33)) &* 0xff51_afd7_ed55_8ccd
        mixed = (mixed ^ (mixed >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return mixed ^ (mixed >> 33)
    }
}
