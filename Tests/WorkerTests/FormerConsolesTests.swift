import Domain
import Testing

@testable import Worker

@Suite("Consoles of sessions that have ended")
struct FormerConsolesTests {
    private let start = ContinuousClock.now

    private func session(_ number: Int) throws -> SessionLife {
        SessionLife(
            key: SessionKey(
                pool: try PoolName("python"),
                identifier: try SessionIdentifier("session-\(number)")
            ),
            generation: SessionGeneration(1)
        )
    }

    @Test("As many are kept as fit, the newest, and each for its time")
    func bounds() throws {
        var consoles = FormerConsoles()
        for number in 0...FormerConsoles.countMax { consoles.keep([65], of: try session(number), at: start) }
        #expect(consoles.text(of: try session(0), at: start) == nil)
        #expect(consoles.text(of: try session(1), at: start) == [65])
        #expect(consoles.text(of: try session(1), at: start + FormerConsoles.age) == [65])
        #expect(consoles.text(of: try session(1), at: start + FormerConsoles.age + .seconds(1)) == nil)
    }

    @Test("The end of a long one is kept, beginning with a whole character")
    func long() throws {
        var consoles = FormerConsoles()
        let text = Array(String(repeating: "✓", count: FormerConsoles.bytesMax).utf8)
        consoles.keep(text, of: try session(0), at: start)
        let kept = try #require(consoles.text(of: try session(0), at: start))
        #expect(kept.count <= FormerConsoles.bytesMax && kept.count > FormerConsoles.bytesMax - 3)
        #expect(String(validating: kept, as: UTF8.self) != nil)
    }
}
