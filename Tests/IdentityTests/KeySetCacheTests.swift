import Testing

@testable import Identity

@Suite struct KeySetCacheTests {
    private let start = ContinuousClock.now
    /// A cache that can be asked within an expectation.
    private final class Cache {
        private var cache = KeySetCache()

        func verdict(_ id: String, _ algorithm: TokenAlgorithm, at now: ContinuousClock.Instant)
            -> KeySetCache.Verdict
        {
            cache.verdict(id, algorithm, at: now)
        }

        func begin(at now: ContinuousClock.Instant) -> Bool { cache.begin(at: now) }
        func finish(_ answer: KeySet?, at now: ContinuousClock.Instant) { cache.finish(answer, at: now) }
    }

    private let forge = TokenForge.p256("known")

    private func set(_ forges: TokenForge...) throws -> KeySet? {
        KeySet(json: try TokenForge.set(forges.map { try $0.published() }), algorithms: [.es256])
    }

    /// A verdict in one word.
    private func verdict(_ cache: Cache, _ id: String, at seconds: Int) -> String {
        switch cache.verdict(id, .es256, at: start + .seconds(seconds)) {
        case .key(let key, let isDue): "\(key.id ?? "") \(isDue ? "due" : "fresh")"
        case .ask: "ask"
        case .unknown: "unknown"
        case .unavailable(let after): "unavailable \(after)"
        }
    }

    @Test func `A known key serves; an unknown one has the issuer asked, at most every 30 seconds`() throws {
        let cache = Cache()
        #expect(verdict(cache, "known", at: 0) == "ask")
        #expect(cache.begin(at: start))
        // Whoever comes meanwhile waits for the same answer.
        #expect(verdict(cache, "known", at: 1) == "ask")
        #expect(!cache.begin(at: start + .seconds(1)))
        cache.finish(try set(forge), at: start + .seconds(1))
        #expect(verdict(cache, "known", at: 2) == "known fresh")
        #expect(verdict(cache, "other", at: 29) == "unknown")
        #expect(verdict(cache, "other", at: 30) == "ask")
        #expect(!cache.begin(at: start + .seconds(29)))
        #expect(cache.begin(at: start + .seconds(30)))
    }

    @Test func `Keys in use are asked for again after ten minutes, and a withdrawn one ends`() throws {
        let cache = Cache()
        _ = cache.begin(at: start)
        cache.finish(try set(forge, .p256("next")), at: start)
        #expect(verdict(cache, "known", at: 599) == "known fresh")
        #expect(verdict(cache, "known", at: 600) == "known due")
        #expect(cache.begin(at: start + .seconds(600)))
        #expect(verdict(cache, "known", at: 601) == "known fresh")
        cache.finish(try set(.p256("next")), at: start + .seconds(601))
        #expect(verdict(cache, "known", at: 602) == "unknown")
        #expect(verdict(cache, "next", at: 602) == "next fresh")
    }

    @Test func `When the issuer is down known keys serve for a day, and unknown ones are told to come again`()
        throws
    {
        let cache = Cache()
        _ = cache.begin(at: start)
        cache.finish(try set(forge), at: start)
        for minute in 10..<20 {
            #expect(verdict(cache, "known", at: minute * 60) == "known due")
            #expect(cache.begin(at: start + .seconds(minute * 60)))
            cache.finish(nil, at: start + .seconds(minute * 60 + 5))
        }
        #expect(verdict(cache, "known", at: 19 * 60 + 10) == "known fresh")
        #expect(verdict(cache, "other", at: 19 * 60 + 10) == "unavailable 20")
        #expect(verdict(cache, "known", at: 86_400) == "known due")
        #expect(verdict(cache, "known", at: 86_401) == "ask")
    }

    @Test func `An issuer that was down from the start is asked again after the pause`() {
        let cache = Cache()
        _ = cache.begin(at: start)
        cache.finish(nil, at: start + .seconds(5))
        #expect(verdict(cache, "known", at: 6) == "unavailable 24")
        #expect(verdict(cache, "known", at: 30) == "ask")
    }
}
