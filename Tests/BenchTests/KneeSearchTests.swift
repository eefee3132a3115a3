import Testing

@testable import Bench

@Suite("The search for the knee")
struct KneeSearchTests {
    private static let bounds = KneeSearch.Bounds(p99Milliseconds: 100, failedShare: 0.01)

    @Test("It comes within a tenth of where a bound breaks", arguments: [3.0, 11, 100, 777, 5_000])
    func findsKnee(capacity: Double) {
        var search = KneeSearch(Self.bounds, from: 10)
        while let rate = search.next {
            let holds = rate <= capacity
            search.took(rate, reachedRate: rate, p99Milliseconds: holds ? 20 : 500, failedShare: 0)
        }
        let knee = search.knee ?? 0
        #expect(knee <= capacity && knee > capacity / 1.1)
        #expect(search.steps.count <= 16)
    }

    @Test("Failures, a rate that is not reached and a long tail each break it")
    func bounds() {
        var search = KneeSearch(Self.bounds, from: 10)
        search.took(10, reachedRate: 10, p99Milliseconds: 100, failedShare: 0.01)
        search.took(20, reachedRate: 20, p99Milliseconds: 101, failedShare: 0)
        search.took(19, reachedRate: 16, p99Milliseconds: 10, failedShare: 0)
        search.took(18, reachedRate: 18, p99Milliseconds: 10, failedShare: 0.02)
        #expect(search.steps.map(\.broken) == [nil, "p99", "rate", "errors"])
        #expect(search.knee == 10)
    }

    @Test("A cluster that takes nothing has no knee, and the search ends")
    func noKnee() {
        var search = KneeSearch(Self.bounds, from: 10)
        while let rate = search.next { search.took(rate, reachedRate: 0, p99Milliseconds: 0, failedShare: 1) }
        #expect(search.knee == nil)
        #expect(search.steps.count < 10)
    }

    @Test("A cluster that takes everything ends it, too")
    func noEnd() {
        var search = KneeSearch(Self.bounds, from: 1)
        while let rate = search.next {
            search.took(rate, reachedRate: rate, p99Milliseconds: 1, failedShare: 0)
        }
        #expect(search.steps.count == 16)
    }
}
