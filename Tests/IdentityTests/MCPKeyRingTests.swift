import Domain
import Identity
import Testing

/// The keys of pools' MCP servers.
@Suite struct MCPKeyRingTests {
    /// An archive in memory that refuses when it is told to.
    private actor Archive: MCPKeyArchive {
        private var kept: [PoolName: Int] = [:]
        private var refuses = false

        func refuse(_ refuses: Bool) { self.refuses = refuses }

        func keepMCPKeyRotations(_ count: Int, of pool: PoolName) throws(Failure) {
            if refuses { throw Failure(.notReady, "The disk is full.") }
            kept[pool] = count
        }

        func mcpKeyRotations() -> [PoolName: Int] { kept }
    }

    private let secret = Array("the secret of the whole cluster, long enough".utf8)
    private let archive = Archive()

    private func ring() async throws -> MCPKeyRing { try await MCPKeyRing(secret: secret, archive: archive) }

    @Test func `Every coordinator knows the same key of a pool, also after a restart`() async throws {
        let python = try PoolName("python")
        let key = try await ring().key(of: python, madeAt: 5)
        #expect(key.hasPrefix("clm_") && key.utf8.count == 47)
        #expect(try await ring().key(of: python, madeAt: 5) == key)
        #expect(try await ring().isKey(key, of: python, madeAt: 5))
        let other = try await MCPKeyRing(secret: secret.dropLast() + [0], archive: archive)
        #expect(await !other.isKey(key, of: python, madeAt: 5))
    }

    @Test func `A key is for its pool alone, and not for a later one of that name`() async throws {
        let ring = try await ring()
        let (python, orders) = (try PoolName("python"), try PoolName("orders"))
        let key = await ring.key(of: python, madeAt: 5)
        #expect(await !ring.isKey(key, of: orders, madeAt: 5))
        #expect(await !ring.isKey(key, of: python, madeAt: 6))
    }

    @Test func `A rotated key is refused at once, for good and without the others`() async throws {
        let ring = try await ring()
        let (python, orders) = (try PoolName("python"), try PoolName("orders"))
        let (old, untouched) = (await ring.key(of: python, madeAt: 0), await ring.key(of: orders, madeAt: 0))
        let new = try await ring.rotatedKey(of: python, madeAt: 0)
        #expect(new != old)
        for ring in [ring, try await self.ring()] {
            #expect(await !ring.isKey(old, of: python, madeAt: 0))
            #expect(await ring.isKey(new, of: python, madeAt: 0))
            #expect(await ring.isKey(untouched, of: orders, madeAt: 0))
        }
    }

    @Test func `A rotation that cannot be kept changes nothing`() async throws {
        let ring = try await ring()
        let python = try PoolName("python")
        let old = await ring.key(of: python, madeAt: 0)
        await archive.refuse(true)
        await #expect(throws: Failure.self) { try await ring.rotatedKey(of: python, madeAt: 0) }
        #expect(await ring.isKey(old, of: python, madeAt: 0))
    }

    @Test(arguments: ["", "clm_", "clm_x", "clk_abc", "clm_====", "clm_" + String(repeating: "A", count: 43)])
    func `What is no key is none`(text: String) async throws {
        #expect(try await !ring().isKey(text, of: try PoolName("python"), madeAt: 0))
    }

    @Test func `A key with one character changed or missing is none`() async throws {
        let ring = try await ring()
        let python = try PoolName("python")
        let key = await ring.key(of: python, madeAt: 0)
        for index in key.indices {
            var changed = key
            changed.replaceSubrange(index...index, with: key[index] == "A" ? "B" : "A")
            #expect(await !ring.isKey(changed, of: python, madeAt: 0))
        }
        #expect(await !ring.isKey(String(key.dropLast()), of: python, madeAt: 0))
        #expect(await !ring.isKey(key + "A", of: python, madeAt: 0))
    }
}
