import Domain
import Testing

@Suite("The stable hash")
struct StableHashTests {
    // The literals were computed by a program of its own, not by this code: processes and versions
    // that never talk to each other have to agree on them.

    @Test("Texts have the same hash in every process and version")
    func texts() {
        #expect(StableHash.of("") == 0xefd0_1f60_ba99_2926)
        #expect(StableHash.of("a") == 0x82a2_a958_a9be_ce5b)
        #expect(StableHash.of("cloister") == 0x6372_7c93_0459_f926)
        #expect(StableHash.of("Grüße") == 0x18ee_3acd_8b57_a4fe)
    }

    @Test("Numbers are added as eight little-endian bytes")
    func numbers() {
        var hash = StableHash()
        hash.combine(UInt64(0x0102_0304_0506_0708))
        #expect(hash.value == 0x4ce8_3454_b8ce_0827)
        var bytes = StableHash()
        bytes.combine([8, 7, 6, 5, 4, 3, 2, 1])
        #expect(bytes.value == hash.value)
    }

    @Test("Adding in parts gives what adding at once gives")
    func parts() {
        var hash = StableHash()
        hash.combine("cloi".utf8)
        hash.combine("ster".utf8)
        #expect(hash.value == StableHash.of("cloister"))
    }

    @Test("The finaliser is the one of MurmurHash3")
    func finaliser() {
        #expect(StableHash.mix(0) == 0)
        #expect(StableHash.mix(1) == 0xb456_bcfc_34c2_cb2c)
        #expect(StableHash.mix(.max) == 0x64b5_720b_4b82_5f21)
    }

    @Test("A session stands where its pool and identifier put it, and nowhere else")
    func ringPositions() throws {
        let key = SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier("user-1234"))
        #expect(key.ringPosition == 0x455c_b0c9_2054_9e58)
        let same = SessionKey(pool: try PoolName("PYTHON"), identifier: try SessionIdentifier("user-1234"))
        #expect(same.ringPosition == key.ringPosition)
        let other = SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier("user-1235"))
        #expect(other.ringPosition != key.ringPosition)
        #expect(key.description == "python/user-1234")
    }
}
