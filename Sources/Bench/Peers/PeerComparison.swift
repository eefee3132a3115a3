/// Measures the cluster beside what a user would take instead: all take turns, so that a noisy machine is noisy for all.
package actor PeerComparison {
    /// How much is measured.
    package struct Options: Sendable {
        /// How many executions where one has been before.
        package var warmCount: Int
        /// How many beginnings.
        package var interactiveCount: Int

        /// Says how much.
        ///
        /// - Parameters:
        ///   - warmCount: how many executions where one has been before.
        ///   - interactiveCount: how many beginnings.
        package init(warmCount: Int, interactiveCount: Int) {
            self.warmCount = warmCount
            self.interactiveCount = interactiveCount
        }
    }

    /// The most that one of them takes for an operation in all; who needs longer is measured less often.
    private static let timeMax: Duration = .seconds(60)
    /// A pause before each beginning, in which ready machines are made again.
    private static let pause: Duration = .milliseconds(500)

    private let target: BenchTarget
    private let options: Options
    private let version: String
    private var done = 0

    /// Plans a comparison.
    ///
    /// - Parameters:
    ///   - target: the pool that is measured; its sandboxes run Python.
    ///   - options: how much is measured.
    ///   - version: the cluster's version.
    package init(_ target: BenchTarget, _ options: Options, version: String) {
        self.target = target
        self.options = options
        self.version = version
    }

    /// How far it is, from 0 to 1.
    package var progress: Double {
        Double(done) / Double(max(1, options.warmCount + options.interactiveCount))
    }

    /// Runs the comparison.
    ///
    /// - Parameter programs: the peers' adapters.
    /// - Returns: what was measured.
    /// - Throws: why a peer cannot take part. An operation that fails is counted, and the comparison goes on.
    package func run(_ programs: [PeerProgram]) async throws -> PeerResults {
        var results = PeerResults()
        do {
            try await PeerProcess.withRunning(programs[...]) { peers in
                let cluster = try await ClusterContender(target, version: version)
                let contenders: [any PeerContender] = [cluster] + peers
                for contender in contenders { results.introduce(contender.name, contender.version) }
                try await self.measure(.warm, options.warmCount, contenders, &results)
                try await self.measure(.tti, options.interactiveCount, contenders, &results)
            }
        } catch {
            await target.stopAll()
            throw error
        }
        await target.stopAll()
        return results
    }

    private func measure(
        _ operation: PeerOperation,
        _ count: Int,
        _ contenders: [any PeerContender],
        _ results: inout PeerResults
    ) async throws {
        var spent = Array(repeating: Duration.zero, count: contenders.count)
        for _ in 0..<count {
            if operation == .tti { try await Task.sleep(for: Self.pause) }
            for (place, contender) in contenders.enumerated()
            where contender.operations.contains(operation) && spent[place] < Self.timeMax {
                let began = ContinuousClock.now
                do {
                    for time in try await contender.perform(operation) {
                        results.add(operation, time, isOwn: place == 0)
                    }
                } catch {
                    try Task.checkCancellation()
                    let failure = BenchFailure(error)
                    results.fail(operation, contender.name, failure, isOwn: place == 0)
                }
                spent[place] += .now - began
            }
            done += 1
        }
    }
}
