import Dispatch
import Synchronization
import Testing

@testable import Bench

@Suite("Making load")
struct LoadRunTests {
    @Test("What fails is counted by code, what it measured is not a latency, and each operation is tidied up")
    func failures() async {
        let scenario = PlayedScenario { turn in
            if turn.number.isMultiple(of: 4) { throw BenchFailure(code: "WrongOutput", "no") }
            return Observation(stages: ["run": 1])
        }
        let recording = await Self.run(LoadPlan(pace: .clients(3), limit: .count(40)), scenario)
        #expect(recording.succeeded == 30)
        #expect(recording.codes == ["WrongOutput": 10])
        #expect(recording.stages["run"]?.count == 30)
        #expect(scenario.tidied.withLock { $0.sorted() } == Array(0..<40))
    }

    @Test("While a server stalls, an open loop goes on counting from when operations should begin")
    func stall() async {
        // All answers wait for one moment, 400 ms after the beginning.
        let scenario = PlayedScenario { _ in
            try await Task.sleep(until: .now + .milliseconds(400))
            return Observation()
        }
        // One lane: the second operation begins when the first has ended.
        let plan = LoadPlan(pace: .rate(100), limit: .count(3), inFlight: 1)
        let recording = await Self.run(plan, scenario)
        #expect(recording.succeeded == 3)
        #expect(recording.latency.milliseconds(at: 100) >= 1_150, "the third one waited for two others")
        #expect(recording.lag.milliseconds(at: 100) >= 750)
    }

    @Test("What is under way when it is broken off does not count")
    func interruption() async {
        let (began, beginner) = AsyncStream.makeStream(of: Void.self)
        let scenario = PlayedScenario { turn in
            if turn.number < 2 { return Observation() }
            beginner.finish()
            try await Task.sleep(for: .seconds(600))
            return Observation()
        }
        let recorder = Recorder()
        let plan = LoadPlan(pace: .clients(1), limit: .duration(.seconds(600)))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = await LoadRun(plan: plan, scenario: scenario, recorder: recorder, firstNumber: 0).run()
            }
            for await _ in began {}
            group.cancelAll()
        }
        let recording = await recorder.current
        #expect(recording.succeeded == 2)
        #expect(recording.failed == 0)
        #expect(scenario.tidied.withLock { $0 } == [0, 1, 2], "but it is tidied up")
    }

    @Test("Clients run on the executors of their scenario, one after the other, and else on Swift's threads")
    func executors() async {
        let executors = [PlayedExecutor(), PlayedExecutor()]
        for offered in [executors, []] {
            let places = Mutex<[Int: Set<Int?>]>([:])
            let scenario = PlayedScenario(on: offered) { turn in
                let place = withUnsafeCurrentTask { task in
                    executors.firstIndex { task?.unownedTaskExecutor == $0.asUnownedTaskExecutor() }
                }
                places.withLock { _ = $0[turn.slot, default: []].insert(place) }
                return Observation()
            }
            let plan = LoadPlan(pace: .clients(4), limit: .count(100))
            #expect(await Self.run(plan, scenario).succeeded == 100)
            for (slot, found) in places.withLock({ $0 }) {
                #expect(found == [offered.isEmpty ? nil : slot % 2], "client \(slot)")
            }
        }
    }

    private static func run(_ plan: LoadPlan, _ scenario: PlayedScenario) async -> Recording {
        let recorder = Recorder()
        _ = await LoadRun(plan: plan, scenario: scenario, recorder: recorder, firstNumber: 0).run()
        return await recorder.current
    }
}

/// A scenario whose operations the test writes.
private final class PlayedScenario: Scenario {
    let tidied = Mutex<[Int]>([])
    let executors: [any TaskExecutor]
    private let operation: @Sendable (Schedule.Turn) async throws -> Observation

    init(
        on executors: [any TaskExecutor] = [],
        _ operation: @escaping @Sendable (Schedule.Turn) async throws -> Observation
    ) {
        self.executors = executors
        self.operation = operation
    }

    func prepare() async throws {}

    func perform(_ turn: Schedule.Turn) async throws -> Observation { try await operation(turn) }

    func tidy(_ turn: Schedule.Turn) async { tidied.withLock { $0.append(turn.number) } }
}

/// An executor that tells itself from others.
private final class PlayedExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "cloister.tests.executor")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
