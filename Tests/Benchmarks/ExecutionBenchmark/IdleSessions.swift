internal import Client
internal import Foundation

/// What sessions cost that do nothing.
struct IdleSessions {
    let target: Target
    let count: Int
    let workers: [Int32]

    /// How many sessions begin at the same time.
    private static let clients = 4
    /// How long to measure the processor time of idle machines.
    private static let measuringTime: Duration = .seconds(20)
    /// Below this share of a processor, in percent, a machine counts as idle.
    private static let idleShare = 3.0

    /// Opens sessions, waits until all are idle, measures, and asks all of them again.
    func run() async throws {
        let began = ContinuousClock.now
        let instances = try await forEach { number in
            try await target.execute(
                "import pandas as pd; frame = pd.DataFrame({'n': [\(number)]}); print(len(frame))",
                printing: "1",
                in: target.identifier(number),
                isNew: true
            ).sessionInstance
        }
        print("\(count) sessions began in \(began.duration(to: .now))\n\(Circumstances.load())")
        let machines = await idleMachines()
        let memory = machines.compactMap { MachineProcess.memory(of: $0) }
        let share = await processorShare(of: machines)
        print(
            """
            \(machines.count) machines of \(workers.count) worker(s); more than sessions are ready ones
            | each machine | median | greatest |
            | --- | ---: | ---: |
            | private memory, MiB | \(row(memory.map(\.privateKiB).map { Double($0) / 1_024 })) |
            | PSS, MiB | \(row(memory.map(\.proportionalKiB).map { Double($0) / 1_024 })) |
            | processor, % of one | \(row(share)) |
            """
        )
        let asked = ContinuousClock.now
        let again = try await forEach { number in
            try await target.execute(
                "print(int(frame.n[0]))",
                printing: "\(number)",
                in: target.identifier(number),
                isNew: false
            ).sessionInstance
        }
        guard again == instances else { throw WrongAnswer(text: "another session has answered") }
        print("all \(again.count) answered again, in \(asked.duration(to: .now))")
    }

    /// Does something for each session, some at a time.
    private func forEach(
        _ body: @escaping @Sendable (Int) async throws -> String
    ) async throws -> [Int: String] {
        try await withThrowingTaskGroup(of: [Int: String].self) { group in
            for client in 0..<Self.clients {
                group.addTask {
                    var values: [Int: String] = [:]
                    for number in stride(from: client, to: count, by: Self.clients) {
                        do {
                            values[number] = try await body(number)
                        } catch {
                            print("session \(number): \(error)")
                            throw error
                        }
                    }
                    return values
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { _, last in last } }
        }
    }

    /// The machines, once they have come to rest.
    private func idleMachines() async -> [Int32] {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let machines = MachineProcess.machines(ofWorkers: workers)
            let share = await processorShare(of: machines, over: .seconds(2))
            if share.allSatisfy({ $0 < Self.idleShare }) { return machines }
            guard ContinuousClock.now < deadline else {
                print("not all have come to rest: \(share.count { $0 >= Self.idleShare }) are busy")
                return machines
            }
        }
    }

    private func processorShare(
        of machines: [Int32],
        over time: Duration = measuringTime
    ) async -> [Double] {
        let before = machines.map { MachineProcess.processorTime(of: $0) }
        let began = ContinuousClock.now
        try? await Task.sleep(for: time)
        let passed = began.duration(to: .now)
        return zip(machines, before).map { (MachineProcess.processorTime(of: $0) - $1) / passed * 100 }
    }

    private func row(_ values: [Double]) -> String {
        let sorted = values.sorted()
        guard let greatest = sorted.last else { return "none | none" }
        return String(format: "%.1f | %.1f", sorted[sorted.count / 2], greatest)
    }
}
