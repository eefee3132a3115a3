import Domain
import Identity
import SeededRandomness
import TestSupport
import Testing

@Suite struct RateLimitTests {
    private let start = ContinuousClock.now

    /// A bucket that can be asked within an expectation.
    private final class Bucket {
        private var bucket: TokenBucket

        init(_ rate: RequestRate, at now: ContinuousClock.Instant) { bucket = TokenBucket(rate, at: now) }

        func take(at now: ContinuousClock.Instant) -> TokenBucket.Verdict { bucket.take(at: now) }
    }

    /// A limiter that can be asked within an expectation.
    private final class Limiter {
        private var limiter: RateLimiter

        var count: Int { limiter.count }

        init(standard: RequestRate?, countMax: Int = 100) {
            limiter = RateLimiter(standard: standard, countMax: countMax)
        }

        func take(for caller: Caller, at now: ContinuousClock.Instant) -> TokenBucket.Verdict? {
            limiter.take(for: caller, at: now)
        }
    }

    private func rate(_ perMinute: Int, _ burst: Int) throws -> RequestRate {
        try RequestRate(perMinute: perMinute, burst: burst)
    }

    @Test func `A burst passes, then one request for each that comes back`() throws {
        let bucket = Bucket(try rate(60, 3), at: start)
        let first = bucket.take(at: start)
        #expect(first.isAllowed && first.limit == 3 && first.remaining == 2 && first.resetSeconds == 1)
        #expect(bucket.take(at: start).remaining == 1)
        let last = bucket.take(at: start)
        #expect(
            last.isAllowed && last.remaining == 0 && last.resetSeconds == 3 && last.retryAfterSeconds == 1
        )
        let refused = bucket.take(at: start)
        #expect(!refused.isAllowed && refused.remaining == 0 && refused.retryAfterSeconds == 1)
        #expect(!bucket.take(at: start + .milliseconds(999)).isAllowed)
        #expect(bucket.take(at: start + .milliseconds(1_001)).isAllowed)
        #expect(!bucket.take(at: start + .milliseconds(1_001)).isAllowed)
    }

    @Test func `Silence fills the bucket to its burst and no further`() throws {
        let bucket = Bucket(try rate(6_000, 10), at: start)
        for _ in 0..<10 {
            #expect(bucket.take(at: start).isAllowed)
        }
        let later = start + .seconds(3_600)
        for _ in 0..<10 {
            #expect(bucket.take(at: later).isAllowed)
        }
        #expect(!bucket.take(at: later).isAllowed)
    }

    @Test func `A slow rate says truly when to come again`() throws {
        let bucket = Bucket(try rate(1, 1), at: start)
        #expect(bucket.take(at: start).isAllowed)
        #expect(bucket.take(at: start).retryAfterSeconds == 60)
        #expect(bucket.take(at: start + .seconds(30)).retryAfterSeconds == 30)
        #expect(!bucket.take(at: start + .milliseconds(59_900)).isAllowed)
        #expect(bucket.take(at: start + .seconds(60)).isAllowed)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `Over any time no more pass than the burst and what came back`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let rate = try rate(
            .random(in: 1...10_000, using: &generator),
            .random(in: 1...50, using: &generator)
        )
        let bucket = Bucket(rate, at: start)
        var (now, passed) = (start, 0)
        for _ in 0..<2_000 {
            // Now and then a time that lies behind, as clocks of several processors may give it.
            now += .milliseconds(Int.random(in: -5...100, using: &generator))
            let verdict = bucket.take(at: now)
            if verdict.isAllowed { passed += 1 }
            #expect((0...rate.burst).contains(verdict.remaining))
            #expect(verdict.isAllowed || verdict.retryAfterSeconds >= 1)
        }
        let most =
            Double(rate.burst) + (start.duration(to: now) + .milliseconds(5)) / .seconds(60)
            * Double(rate.perMinute)
        #expect(Double(passed) <= most + 1)
    }

    @Test func `Callers have buckets of their own, by name and issuer`() throws {
        let limiter = Limiter(standard: try rate(1, 1))
        let callers = [
            Caller(name: "a", rights: .all), Caller(name: "b", rights: .all),
            Caller(name: "a", issuer: "https://one", grants: []),
            Caller(name: "a", issuer: "https://two", grants: []),
        ]
        for caller in callers {
            #expect(limiter.take(for: caller, at: start)?.isAllowed == true)
            #expect(limiter.take(for: caller, at: start)?.isAllowed == false)
        }
    }

    @Test func `A key's own rate comes before the default, and a new rate begins anew`() throws {
        let limiter = Limiter(standard: nil)
        #expect(limiter.take(for: Caller(name: "free", rights: .all), at: start) == nil)
        let slow = Caller(name: "k", grants: [], rate: try rate(1, 1))
        #expect(limiter.take(for: slow, at: start)?.isAllowed == true)
        #expect(limiter.take(for: slow, at: start)?.isAllowed == false)
        let fast = Caller(name: "k", grants: [], rate: try rate(60, 9))
        #expect(limiter.take(for: fast, at: start)?.limit == 9)
    }

    @Test func `However many callers come, so many are remembered, and the busy ones stay`() throws {
        let limiter = Limiter(standard: try rate(1, 1), countMax: 100)
        for number in 0..<1_000 {
            let caller = Caller(name: "caller-\(number)", rights: .all)
            #expect(limiter.take(for: caller, at: start + .milliseconds(number))?.isAllowed == true)
            #expect(limiter.count <= 100)
        }
        let last = Caller(name: "caller-999", rights: .all)
        #expect(limiter.take(for: last, at: start + .seconds(1))?.isAllowed == false)
    }
}
