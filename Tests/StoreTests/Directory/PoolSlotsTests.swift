import Testing

@testable import Store

/// The choice of slots, by several coordinators that each know a part.
@Suite("Slots of a pool")
struct PoolSlotsTests {
    /// Numbers that are the same each time.
    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(
        "However old what each coordinator knows, together they never exceed the number, also when it has become smaller",
        arguments: UInt64(1)...50
    )
    func exact(seed: UInt64) {
        var generator = Sequence(state: seed)
        var used = Set(0..<Int.random(in: 0...30, using: &generator))
        let most = Int.random(in: 1...20, using: &generator)
        var views = (0..<3).map { _ in PoolSlots() }
        for index in views.indices { views[index].note(used: used) }
        var reached = 0
        for _ in 0..<2_000 {
            let index = views.indices.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: views[index].note(used: used)
            case 1: if let ended = used.randomElement(using: &generator) { used.remove(ended) }
            default:
                let slot = views[index].choose(of: most, orTried: true, using: &generator)
                guard let slot else {
                    // One that knows all is refused only when there is no room.
                    views[index].note(used: used)
                    let again = views[index].choose(of: most, orTried: true, using: &generator)
                    #expect((again == nil) == (used.count >= most))
                    if let again { views[index].leave(again) }
                    continue
                }
                views[index].fill(slot)
                guard used.insert(slot).inserted else { continue }
                #expect(used.count <= most)
                if used.count == most { reached += 1 }
            }
        }
        #expect(reached > 0)
    }
}
