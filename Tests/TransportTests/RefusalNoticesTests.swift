import Testing

@testable import Transport

@Suite struct RefusalNoticesTests {
    private func refusal(_ peer: String) -> TLSRefusal {
        TLSRefusal(peer: peer, side: .called, sentence: "No.")
    }

    @Test("The same is told once a minute, with the number of those in between")
    func pause() {
        var notices = RefusalNotices()
        let start = ContinuousClock.now
        #expect(notices.take(refusal("a"), at: start)?.untold == 0)
        for second in 1..<60 {
            #expect(notices.take(refusal("a"), at: start + .seconds(second)) == nil)
        }
        #expect(notices.take(refusal("b"), at: start + .seconds(30)) != nil)
        #expect(notices.take(refusal("a"), at: start + .seconds(60))?.untold == 59)
        #expect(notices.take(refusal("a"), at: start + .seconds(61)) == nil)
    }

    @Test("A flood from ever new addresses is told as one after the first ones")
    func flood() {
        var notices = RefusalNotices()
        let start = ContinuousClock.now
        let told = (0..<10_000).compactMap { notices.take(refusal("host-\($0)"), at: start) }
        #expect(told.count == RefusalNotices.kindsMax + 1)
        #expect(notices.take(refusal("late"), at: start + .seconds(61)) != nil)
    }
}
