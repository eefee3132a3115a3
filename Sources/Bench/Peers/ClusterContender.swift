internal import APIModel
internal import Client

/// The cluster as one of those that are compared.
struct ClusterContender: PeerContender {
    let target: BenchTarget
    let version: String
    private let sessions: PreparedSessions

    init(_ target: BenchTarget, version: String) async throws {
        self.target = target
        self.version = version
        sessions = PreparedSessions(target, count: 1)
        try await sessions.make()
    }

    let name = "Cloister"
    let operations: Set<PeerOperation> = [.tti, .warm]

    func perform(_ operation: PeerOperation) async throws -> [PeerTime] {
        switch operation {
        case .warm:
            let session = await sessions.session(for: 0)
            let began = ContinuousClock.now
            try await target.add(in: session)
            return [PeerTime(name: name, time: .now - began)]
        case .tti:
            // Two, straight after each other: with one ready machine the second session has none.
            return [try await begin(), try await begin()]
        }
    }

    private func begin() async throws -> PeerTime {
        let identifier = target.identifier("peer", BenchTarget.nonce())
        let sum = PeerOperation.tti.sum()
        let began = ContinuousClock.now
        let answer = try await target.execute(
            .code(sum.code),
            printing: sum.value,
            in: identifier,
            instance: nil
        )
        let time = ContinuousClock.now - began
        try await target.stop(identifier)
        return PeerTime(name: "\(name), \(answer.origin)", time: time)
    }
}
