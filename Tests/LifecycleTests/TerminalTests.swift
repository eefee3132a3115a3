import Domain
import Testing

@testable import Lifecycle

@Suite("Terminals of a session")
struct TerminalTests {
    private typealias Terminals = SessionTerminals<ContinuousClock.Instant>
    private let start = ContinuousClock.now
    private let id = TerminalID(number: 7)

    private func opened() throws -> Terminals {
        var terminals = Terminals()
        try open(id, in: &terminals)
        _ = terminals.nextStep()
        return terminals
    }

    private func open(_ id: TerminalID, in terminals: inout Terminals) throws {
        try terminals.open(id, TerminalSpec(), processes: 5, createdMilliseconds: 1, now: start)
    }

    private func failure(_ body: () throws -> Void) -> FailureCode? {
        do {
            try body()
            return nil
        } catch {
            return (error as? Failure)?.code
        }
    }

    @Test("So many run at once as the limit says; one that has ended makes room, and a name opens only once")
    func room() throws {
        var terminals = Terminals()
        for number in 1...UInt64(TerminalLimits.perSession) {
            try open(TerminalID(number: number), in: &terminals)
        }
        #expect(failure { try open(TerminalID(number: 99), in: &terminals) } == .tooManyTerminals)
        try open(TerminalID(number: 1), in: &terminals)
        #expect(terminals.descriptions.count == TerminalLimits.perSession)
        while terminals.nextStep() != nil {}
        terminals.take(.ended(exitCode: 3), of: 1)
        try open(TerminalID(number: 99), in: &terminals)
        let ended = try terminals.description(of: TerminalID(number: 1)).end
        #expect(ended == TerminalEnd(cause: .exited, exitCode: 3))
    }

    @Test("Of those that have ended only the newest are kept")
    func oblivion() throws {
        var terminals = Terminals()
        let most = UInt64(TerminalLimits.endedPerSession)
        for number in 1...(most + 2) {
            try open(TerminalID(number: number), in: &terminals)
            _ = terminals.nextStep()
            terminals.take(.ended(exitCode: 0), of: number)
        }
        #expect(terminals.descriptions.map(\.id.number) == Array(3...(most + 2)))
        #expect(failure { _ = try terminals.description(of: TerminalID(number: 1)) } == .terminalNotFound)
    }

    @Test("Input is taken once, whatever is sent twice; a gap is refused; without room nothing is taken")
    func input() throws {
        var terminals = try opened()
        #expect(try terminals.type([1, 2, 3], into: id, at: 0))
        // The answer was lost, and more was typed meanwhile.
        #expect(try terminals.type([1, 2, 3, 4], into: id, at: 0))
        #expect(try terminals.type([3, 4], into: id, at: 2))
        #expect(try terminals.type([5], into: id, at: nil))
        #expect(try terminals.description(of: id).inputPosition == 5)
        #expect(failure { _ = try terminals.type([9], into: id, at: 6) } == .terminalInputGap)
        #expect(terminals.nextStep()?.step == .input([1, 2, 3, 4, 5]))
        #expect(terminals.nextStep() == nil)

        let most = [UInt8](repeating: 0, count: TerminalLimits.inputWaiting - 5)
        #expect(try terminals.type(most, into: id, at: nil))
        #expect(try !terminals.type([6], into: id, at: nil))
        // What the guest may say of it has a bound: it was given the first five only.
        terminals.take(.typed(upTo: .max), of: 1)
        #expect(try terminals.type([6, 7, 8, 9, 10], into: id, at: nil))
        #expect(try !terminals.type([11], into: id, at: nil))
        var pieces: [Int] = []
        while case .input(let piece)? = terminals.nextStep()?.step { pieces.append(piece.count) }
        #expect(pieces.allSatisfy { $0 <= TerminalLimits.inputBytes })
        #expect(pieces.reduce(0, +) == TerminalLimits.inputWaiting)
    }

    @Test("The guest may show as much as nobody has read yet, and more when somebody has")
    func credit() throws {
        var terminals = Terminals()
        try open(id, in: &terminals)
        let ahead = UInt64(TerminalLimits.outputAhead)
        let spec = try TerminalSpec()
        #expect(
            terminals.nextStep()?.step == .open(spec, outputUpTo: ahead, processes: 5)
        )
        let part = [UInt8](repeating: 1, count: TerminalLimits.outputFrameBytes)
        for _ in 0..<(TerminalLimits.outputAhead / part.count) { terminals.take(.output(part), of: 1) }
        #expect(terminals.nextStep() == nil)
        // A few bytes are not worth a word.
        _ = try terminals.read(id, from: 100)
        #expect(terminals.nextStep() == nil)
        _ = try terminals.read(id, from: ahead / 2)
        #expect(terminals.nextStep()?.step == .credit(outputUpTo: ahead / 2 + ahead))
        #expect(terminals.nextStep() == nil)
        // Who reads again from the beginning takes nothing back.
        _ = try terminals.read(id, from: 0)
        #expect(terminals.nextStep() == nil)
    }

    @Test(
        "What was read stays for those who come back; of what a guest shows beyond its credit the oldest goes"
    )
    func replay() throws {
        var terminals = try opened()
        var all: [UInt8] = []
        let ahead = TerminalLimits.outputAhead
        while all.count < 3 * ahead {
            let part = (0..<TerminalLimits.outputFrameBytes).map {
                UInt8(truncatingIfNeeded: all.count + $0 * 7)
            }
            all += part
            terminals.take(.output(part), of: 1)
            _ = try terminals.read(id, from: UInt64(all.count))
        }
        // As much behind the reader as the guest may be ahead of it, at least.
        let place = UInt64(all.count - ahead)
        let page = try #require(try terminals.read(id, from: place))
        #expect(page.position == place)
        #expect(page.bytes == Array(all[Int(place)...].prefix(TerminalLimits.pageBytes)))
        #expect(failure { _ = try terminals.read(id, from: UInt64(all.count + 1)) } != nil)

        for _ in 0..<1_000 { terminals.take(.output([UInt8](repeating: 2, count: 1 << 14)), of: 1) }
        let end = try terminals.description(of: id).outputPosition
        #expect(end == UInt64(all.count) + 1_000 << 14)
        let oldest = try #require(try terminals.read(id, from: 0))
        #expect(oldest.position >= end - UInt64(TerminalLimits.outputBytes + TerminalLimits.pageBytes))
    }

    @Test("A reader waits for output, and the end comes after the last byte")
    func end() throws {
        var terminals = try opened()
        #expect(try terminals.read(id, from: 0) == nil)
        terminals.take(.output([1, 2]), of: 1)
        terminals.take(.ended(exitCode: 0), of: 1)
        terminals.take(.output([3]), of: 1)
        #expect(try terminals.read(id, from: 0) == TerminalPage(position: 0, bytes: [1, 2], isEnd: true))
        #expect(try terminals.read(id, from: 2) == TerminalPage(position: 2, bytes: [], isEnd: true))
        #expect(failure { _ = try terminals.type([1], into: id, at: nil) } == .terminalEnded)
        #expect(failure { try terminals.resize(id, to: .standard) } == .terminalEnded)
        #expect(terminals.nextStep() == nil)
        #expect(terminals.nextExpiry == nil)
    }

    @Test("One that nobody reads is hung up after its time, one that somebody reads is not")
    func attendance() throws {
        var terminals = try opened()
        #expect(!terminals.isAttended)
        #expect(terminals.nextExpiry == start + TerminalLimits.unattended)
        try terminals.beginReading(id, now: start + .seconds(1))
        #expect(terminals.isAttended && terminals.nextExpiry == nil)
        terminals.hangUpUnattended(start + .seconds(100_000))
        #expect(terminals.nextStep() == nil)
        terminals.endReading(id, now: start + .seconds(2))
        let expiry = start + .seconds(2) + TerminalLimits.unattended
        #expect(terminals.nextExpiry == expiry)
        terminals.hangUpUnattended(expiry - .milliseconds(1))
        #expect(terminals.nextStep() == nil)
        terminals.hangUpUnattended(expiry)
        #expect(terminals.nextStep()?.step == .hangUp(grace: TerminalLimits.hangUpGrace))
        #expect(terminals.nextStep() == nil)
        terminals.take(.ended(exitCode: 129), of: 1)
        let end = try terminals.description(of: id).end
        #expect(end == TerminalEnd(cause: .unattended, exitCode: 129))
    }

    @Test("So many read one terminal at once as the limit says")
    func readers() throws {
        var terminals = try opened()
        for _ in 0..<TerminalLimits.readers { try terminals.beginReading(id, now: start) }
        #expect(failure { try terminals.beginReading(id, now: start) } == .tooManyRequests)
        terminals.endReading(id, now: start)
        try terminals.beginReading(id, now: start)
    }

    @Test("Many sizes become one; a terminal that was closed is hung up once, after what was typed")
    func order() throws {
        var terminals = try opened()
        for columns in 1...100 { try terminals.resize(id, to: TerminalSize(columns: columns, rows: 2)) }
        #expect(try terminals.type([4], into: id, at: nil))
        try terminals.close(id)
        try terminals.close(id)
        let last = try TerminalSize(columns: 100, rows: 2)
        #expect(terminals.nextStep()?.step == .resize(last))
        #expect(terminals.nextStep()?.step == .input([4]))
        #expect(terminals.nextStep()?.step == .hangUp(grace: TerminalLimits.hangUpGrace))
        #expect(terminals.nextStep() == nil)
        #expect(failure { _ = try terminals.type([1], into: id, at: nil) } == .terminalEnded)
    }

    @Test("What a guest says of terminals that are not there, or before they are, is left out")
    func hostility() throws {
        var terminals = Terminals()
        terminals.take(.ended(exitCode: 1), of: 0)
        try open(id, in: &terminals)
        terminals.take(.ended(exitCode: 1), of: 1)
        #expect(try terminals.description(of: id).end == nil)
        _ = terminals.nextStep()
        terminals.take(.notOpened, of: 1)
        terminals.take(.ended(exitCode: 0), of: 1)
        #expect(try terminals.description(of: id).end?.cause == .notOpened)
    }
}
