import Domain
import Testing

@testable import Coordinator

@Suite("Places for copies of templates")
struct TransferPlacesTests {
    private static func life(_ name: String) throws -> WorkerLife {
        WorkerLife(worker: try WorkerID(name), incarnation: Incarnation(9), epoch: WorkerEpoch(1))
    }

    @Test("Two workers copy at once; the third has a place when one has ended or fallen silent")
    func places() throws {
        var places = TransferPlaces()
        func enter(_ worker: Incarnation, at time: Duration) -> Bool { places.enter(worker, at: time) }
        for worker in [Incarnation(1), Incarnation(2)] {
            #expect(enter(worker, at: .zero))
            places.note(worker, "a", from: nil, at: .zero)
        }
        #expect(!enter(Incarnation(3), at: .seconds(4)))
        #expect(enter(Incarnation(1), at: .seconds(4)), "who has a place keeps it")
        places.note(Incarnation(1), "a", from: nil, at: .seconds(4))
        places.note(Incarnation(1), "b", from: nil, at: .seconds(4))
        #expect(enter(Incarnation(3), at: .seconds(5)), "the second has fallen silent")
        places.note(Incarnation(3), "a", from: nil, at: .seconds(5))
        #expect(!enter(Incarnation(2), at: .seconds(5)))
        places.leave(Incarnation(1), "a")
        #expect(!enter(Incarnation(2), at: .seconds(5)), "it copies another one still")
        places.leave(Incarnation(1), "b")
        #expect(enter(Incarnation(2), at: .seconds(5)))
    }

    @Test("Each copy has its own source")
    func sources() throws {
        var places = TransferPlaces()
        let (one, two) = (try Self.life("one"), try Self.life("two"))
        places.note(Incarnation(1), "a", from: one, at: .zero)
        places.note(Incarnation(1), "b", from: two, at: .zero)
        #expect(places.source(of: "a", for: Incarnation(1)) == one)
        #expect(places.source(of: "b", for: Incarnation(1)) == two)
        #expect(places.source(of: "a", for: Incarnation(2)) == nil)
        places.leave(Incarnation(1), "a")
        #expect(places.source(of: "a", for: Incarnation(1)) == nil)
    }
}
