import Domain
import SeededRandomness
import Wire

/// Makes arbitrary valid values of the domain, with a liking for the bounds.
struct Arbitrary {
    private static let texts = [
        "", "a", "print(1)\n", "\u{0}", "a\u{0}b", "Grüße", "e\u{301}", "\u{e9}", "日本語", "👩‍👩‍👧‍👦🇩🇪",
        "\u{202e}right to left", "\u{feff}", "\u{10ffff}", "\r\n\t\u{1b}[31m", "\u{2028}", "\\\"'`$",
    ]
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz")
    private static let digits = Array("0123456789")

    var generator: SeededGenerator

    init(for test: String) { generator = SeededGenerator(for: test) }

    mutating func flag() -> Bool { Bool.random(using: &generator) }

    mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// A number of any length in bits; every fourth is a bound.
    mutating func number(_ range: ClosedRange<UInt64> = 0...UInt64.max) -> UInt64 {
        switch count(0...7) {
        case 0: range.lowerBound
        case 1: range.upperBound
        default: min(max(generator.next() >> UInt64(count(0...63)), range.lowerBound), range.upperBound)
        }
    }

    /// What a field of 32 bits holds.
    mutating func size(_ least: Int = 0) -> Int { Int(number(UInt64(least)...UInt64(UInt32.max))) }

    /// From nothing to the longest duration on the wire, in whole microseconds.
    mutating func duration() -> Duration { .microseconds(Int64(number(0...(366 * 86_400 * 1_000_000)))) }

    mutating func bytes(_ lengths: ClosedRange<Int> = 0...40) -> [UInt8] {
        (0..<count(lengths)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    mutating func text() -> String {
        (0..<count(0...4)).map { _ in Self.texts[count(0...(Self.texts.count - 1))] }.joined()
    }

    /// A text for a `string` field, which cannot hold a NUL.
    mutating func line() -> String { text().filter { $0 != "\u{0}" } }

    mutating func element<Element>(_ elements: [Element]) -> Element {
        elements[count(0...(elements.count - 1))]
    }

    private mutating func word(_ alphabet: [Character], _ lengths: ClosedRange<Int>) -> String {
        let length = Int(number(UInt64(lengths.lowerBound)...UInt64(lengths.upperBound)))
        return String((0..<length).map { _ in element(alphabet) })
    }

    mutating func pool() throws -> PoolName {
        try PoolName(word(Self.letters, 1...1) + word(Self.letters + Self.digits + ["-"], 1...62))
    }

    mutating func session() throws -> SessionLife {
        let printable = (UInt8(0x21)...0x7e).filter { $0 != UInt8(ascii: "\\") }
        let identifier = word(printable.map { Character(UnicodeScalar($0)) }, 4...128)
        return SessionLife(
            key: SessionKey(pool: try pool(), identifier: try SessionIdentifier(identifier)),
            generation: SessionGeneration(number())
        )
    }

    mutating func execution() throws -> ExecutionID {
        try ExecutionID(word(Self.letters + Self.digits + ["-", "_", ".", "Z"], 1...128))
    }

    mutating func worker() throws -> WorkerID {
        try WorkerID(word(Self.letters + Self.digits + ["-", "_", ".", "Z"], 1...63))
    }

    mutating func capacity() -> WorkerCapacity { WorkerCapacity(sessions: size(), weight: size(1)) }

    mutating func origin() -> RequestOrigin {
        let trace = TraceContext(
            traceHigh: number(),
            traceLow: number(1...UInt64.max),
            span: number(1...UInt64.max),
            isSampled: flag()
        )
        return RequestOrigin(trace: trace, account: line())
    }

    mutating func epoch() -> WorkerEpoch { WorkerEpoch(number()) }

    mutating func configuration() throws -> PoolConfiguration {
        PoolConfiguration(
            name: try pool(),
            runtime: element(Runtime.all),
            memoryMiB: size(),
            virtualCPUs: size(),
            diskMiB: size(),
            processes: size(1),
            lifecycle: flag()
                ? .timed(cooldown: duration()) : .onContainerExit(maxAlive: .milliseconds(size(1))),
            maxConcurrentSessions: size(),
            readySessions: size(),
            limits: ExecutionLimits(
                codeBytes: size(),
                timeout: duration(),
                outputBytes: size(),
                resultBytes: size(),
                images: size()
            )
        )
    }

    mutating func failure() -> Failure {
        Failure(element(FailureCode.all), text(), retryAfterSeconds: flag() ? size(1) : nil)
    }

    mutating func timings() -> StageTimings {
        var timings = StageTimings()
        for stage in Stage.all where flag() { timings[stage] = duration() }
        return timings
    }
}
