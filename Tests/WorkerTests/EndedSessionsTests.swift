import Domain
import Testing
import Wire

@testable import Worker

@Suite("Sessions that have ended at a worker")
struct EndedSessionsTests {
    private var ended = EndedSessions()

    private func session(_ name: String, _ generation: UInt64 = 1) throws -> SessionLife {
        SessionLife(
            key: SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier(name)),
            generation: SessionGeneration(generation)
        )
    }

    private func newest(of name: String) throws -> SessionLife? {
        ended.newest(of: try session(name).key)?.session
    }

    @Test("An end that the coordinator has taken is forgotten after its time, and not before")
    mutating func age() throws {
        ended.append(try session("alpha"), cause: .cooldown, at: .seconds(1))
        ended.acknowledge(upTo: 1)
        ended.append(try session("beta"), cause: .stopped, at: EndedSessions.age)
        #expect(try newest(of: "alpha") == session("alpha"))
        ended.append(try session("gamma"), cause: .stopped, at: .seconds(1) + EndedSessions.age)
        #expect(try newest(of: "alpha") == nil)
        #expect(try newest(of: "beta") == session("beta"))
    }

    @Test("What the coordinator has not taken is told for as long as it takes")
    mutating func unacknowledged() throws {
        ended.append(try session("alpha"), cause: .cooldown, at: .zero)
        ended.refuse(try session("beta"), at: EndedSessions.age * 2)
        #expect(ended.pending.map(\.session) == [try session("alpha")])
        #expect(ended.newest(of: try session("alpha").key)?.cause == .cooldown)
        ended.acknowledge(upTo: 1)
        #expect(ended.pending.isEmpty)
        #expect(try newest(of: "alpha") == nil)
    }

    @Test("Of an identifier the newest session counts, and its age")
    mutating func generations() throws {
        ended.refuse(try session("alpha", 2), at: .zero)
        ended.refuse(try session("alpha", 1), at: .seconds(1))
        #expect(try newest(of: "alpha") == session("alpha", 2))
        ended.refuse(try session("alpha", 3), at: .seconds(10))
        ended.refuse(try session("beta"), at: EndedSessions.age)
        #expect(try newest(of: "alpha") == session("alpha", 3))
        ended.refuse(try session("beta", 2), at: .seconds(10) + EndedSessions.age)
        #expect(try newest(of: "alpha") == nil)
    }

    @Test("What ended is remembered within bounds, and the newest generation of an identifier")
    mutating func bounds() throws {
        let pool = try PoolName("python")
        for number in 0..<30_000 {
            let key = SessionKey(pool: pool, identifier: try SessionIdentifier("session-\(number % 20_000)"))
            ended.append(
                SessionLife(key: key, generation: SessionGeneration(UInt64(number))),
                cause: .cooldown,
                at: .zero
            )
        }
        #expect(ended.pending.count == WireLimits.endedPerPong)
        #expect(ended.pending.first?.number == 20_001)
        let key = SessionKey(pool: pool, identifier: try SessionIdentifier("session-9999"))
        #expect(ended.newest(of: key)?.session.generation == SessionGeneration(29_999))
        ended.acknowledge(upTo: 30_000)
        #expect(ended.pending.isEmpty)
    }
}
