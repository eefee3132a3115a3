import Domain
import SeededRandomness

/// A cluster in virtual time, in which everything follows from the seed.
///
/// The state of coordinators (`Cluster`), the leases of workers and the admission of sessions are the product's own;
/// what actors do with them, the network, the machines and the directory are played here.
final class Simulation {
    let settings: SimulationSettings
    /// The virtual time in microseconds.
    private(set) var now = 0
    private var queue = EventQueue()
    private var generator: SeededGenerator
    private(set) lazy var network = SimulatedNetwork(self)
    private(set) lazy var directory = SimulatedDirectory(self)
    private(set) lazy var ledger = Ledger(self)
    private(set) lazy var operation = SimulatedOperation(self)
    var coordinators: [SimulatedCoordinator] = []
    private(set) var workers: [SimulatedWorker] = []
    private(set) var workerNumbers: [WorkerID: Int] = [:]
    let keys: [SessionKey]
    let keyNumbers: [SessionKey: Int]
    /// Whether clients ask and faults happen by themselves.
    var isRestless = true

    init(_ settings: SimulationSettings) throws {
        self.settings = settings
        generator = SeededGenerator(seed: settings.seed)
        let pool = try PoolName("python")
        keys = try (0..<settings.keyCount).map {
            SessionKey(pool: pool, identifier: try SessionIdentifier("session-\($0)"))
        }
        keyNumbers = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
        for index in 0..<settings.workerCount { try addWorker(index) }
        for index in 0..<(settings.isShared ? settings.coordinatorCount : 1) {
            coordinators.append(SimulatedCoordinator(index: index, in: self))
            // The last one is added when the others have served for a while.
            let isLate = index > 0 && index == settings.coordinatorCount - 1
            after(isLate ? settings.scaled(40_000) : 0) { [self] in coordinators[index].start() }
        }
    }

    func addWorker(_ index: Int) throws {
        workers.append(
            SimulatedWorker(
                id: try WorkerID("w\(index / 100)\(index / 10 % 10)\(index % 10)"),
                index: index,
                in: self
            )
        )
        workerNumbers[workers[index].id] = index
        workers[index].start()
    }

    /// Lets time go by, until it is over or a rule is broken.
    func run(until end: Int) {
        while ledger.violation == nil, let (due, action) = queue.next(by: end) {
            now = due
            action()
        }
        now = max(now, end)
    }

    /// Plans something for later.
    func after(_ microseconds: Int, _ action: @escaping () -> Void) {
        queue.plan(at: now + max(0, microseconds), action)
    }

    /// Breaks the circles of references.
    func finish() {
        queue.removeAll()
        coordinators.forEach { $0.crash() }
        (coordinators, workers) = ([], [])
    }

    func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// Whether something happens that happens so many times in a thousand.
    func happens(_ permille: Int) -> Bool { permille > 0 && random(0...999) < permille }

    func drawIncarnation() -> Incarnation { .draw(using: &generator) }

    func pick<Element>(_ elements: [Element]) -> Element { elements[random(0...elements.count - 1)] }

    /// A time that is as irregular as the mean says, in microseconds.
    func irregular(_ mean: Int) -> Int { random(0...2 * mean) }

    func drawDrift() -> Int { random(-settings.drift...settings.drift) }
}

/// A clock that runs a little too fast or too slow.
struct DriftingClock {
    let start: Int
    /// By how many millionths it is too fast.
    let drift: Int

    /// The time since its start that it shows.
    func reading(at now: Int) -> Duration {
        let real = now - start
        return .microseconds(real + real / 1_000_000 * drift + real % 1_000_000 * drift / 1_000_000)
    }

    /// After how many real microseconds it shows a time.
    func wait(until reading: Duration, at now: Int) -> Int {
        let parts = (reading - self.reading(at: now)).components
        let shown = Int(parts.seconds) * 1_000_000 + Int(parts.attoseconds / 1_000_000_000_000)
        return max(1, shown - shown / 1_000_000 * drift + 2)
    }
}

/// A moment by a worker's own clock.
struct WorkerInstant: InstantProtocol {
    let reading: Duration

    func advanced(by duration: Duration) -> Self { Self(reading: reading + duration) }

    func duration(to other: Self) -> Duration { other.reading - reading }

    static func < (earlier: Self, later: Self) -> Bool { earlier.reading < later.reading }
}
