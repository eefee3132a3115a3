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
            try await cluster.waitForReadySession()
            let before = cluster.machines
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
            #expect(cluster.machines.isSuperset(of: before), "the ready ones serve now")
            try await cluster.waitForReadySession()
        }
    }
}
