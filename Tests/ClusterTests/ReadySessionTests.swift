import APIModel
import Client
import Foundation
import Glibc
import Testing

/// Sandboxes that wait for a session.
@Suite("Ready sandboxes", .enabled(if: RunningCluster.isPossible), .serialized)
struct ReadySessionTests {
    @Test("A new identifier takes a ready sandbox, which is replaced, and no two get the same one")
    func claim() async throws {
        try await RunningCluster.with(workers: 2, ready: 3) { cluster in
            try await waitForReadyAnswer(in: cluster)
            let before = machines(of: cluster)
            let answers = try await withThrowingTaskGroup(of: ExecutionResponse.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await cluster.run("import socket; socket.gethostname()", in: "newcomer-\(number)")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.sessionInstance)).count == 6)
            #expect(Set(answers.compactMap(\.resource.result.text)).count == 6, "six machines, six names")
            #expect(answers.contains { $0.stages["spawn"] != nil }, "the burst went beyond the ready ones")
            #expect(machines(of: cluster).isSuperset(of: before), "the ready ones serve now")
            try await waitForReadyAnswer(in: cluster)
        }
    }

    private func machines(of cluster: RunningCluster) -> Set<pid_t> {
        cluster.workers.reduce(into: []) { $0.formUnion(Processes.machineIdentifiers(of: $1)) }
    }

    /// Begins sessions until one of them needs no start of a machine: ready ones are refilled.
    private func waitForReadyAnswer(in cluster: RunningCluster) async throws {
        for _ in 0..<30 {
            let answer = try await cluster.run("1", in: "probe-\(UUID().uuidString)")
            #expect(answer.isNewSession)
            if answer.stages["spawn"] == nil { return }
        }
        Issue.record("no session found a ready sandbox")
    }
}
