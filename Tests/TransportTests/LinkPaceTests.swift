import Testing

@testable import Transport

@Suite struct LinkPaceTests {
    private let start = ContinuousClock.now

    @Test("A link that lived long is followed at once")
    func longLife() {
        var pace = LinkPace(shortest: .milliseconds(10), longest: .milliseconds(500))
        pace.linkBegan(at: start)
        pace.linkEnded(at: start + .seconds(1))
        #expect(pace.nextLink == start + .seconds(1))
    }

    @Test("Links that keep ending at once come ever more slowly, up to a bound, until one lives long")
    func shortLives() {
        var pace = LinkPace(shortest: .milliseconds(10), longest: .milliseconds(50))
        var pauses: [Duration] = []
        for _ in 0..<5 {
            pace.linkBegan(at: start)
            pace.linkEnded(at: start)
            pauses.append(start.duration(to: pace.nextLink))
        }
        #expect(pauses == [10, 20, 40, 50, 50].map { .milliseconds($0) })
        pace.linkBegan(at: start)
        pace.linkEnded(at: start + .seconds(1))
        #expect(pace.nextLink == start + .seconds(1))
    }
}
