import Domain
import Testing

@testable import Lifecycle

@Suite("Usage to be paid for")
struct UsageMeterTests {
    private let start = ContinuousClock.now
    private let pool = Result {
        try PoolConfiguration(name: PoolName("big"), memoryMiB: 2_048, virtualCPUs: 2)
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("A session is measured while it runs, and no longer than its machine is there")
    func measured() throws {
        var meter = UsageMeter<ContinuousClock.Instant>()
        meter.begin(1, in: try pool.get(), for: "key-a", at: at(0))
        meter.begin(2, in: try pool.get(), for: "key-b", at: at(5))
        let half = meter.usage(at: at(10))
        #expect(half.map(\.account.name) == ["key-a", "key-b"])
        #expect(half.map(\.usage.processorSeconds) == [20, 10])
        #expect(half.map(\.usage.gibibyteSeconds) == [20, 10])
        meter.end(1, at: at(11))
        meter.end(1, at: at(12))
        meter.begin(3, in: try pool.get(), for: "key-a", at: at(20))
        let whole = meter.usage(at: at(21))
        #expect(whole.map(\.usage.processorSeconds) == [24, 32])
    }

    @Test("It tells so many accounts apart and no more; the sum stays right")
    func bounded() throws {
        var meter = UsageMeter<ContinuousClock.Instant>(accountsMax: 3)
        for number in 0..<10 { meter.begin(number, in: try pool.get(), for: "key-\(number)", at: at(0)) }
        for number in 0..<10 { meter.end(number, at: at(1)) }
        let usage = meter.usage(at: at(9))
        #expect(
            usage.map(\.account.name) == [
                "key-0", "key-1", "key-2", UsageMeter<ContinuousClock.Instant>.rest,
            ]
        )
        #expect(usage.reduce(0) { $0 + $1.usage.processorSeconds } == 20)
    }

    @Test("A clock that goes back makes nobody's usage less")
    func backwards() throws {
        var meter = UsageMeter<ContinuousClock.Instant>()
        meter.begin(1, in: try pool.get(), for: "", at: at(5))
        #expect(meter.usage(at: at(0)).first?.usage.processorSeconds == 0)
    }
}
