import APIModel
import Client
import Foundation
import Glibc
import Testing

/// What many sessions leave behind.
@Suite("A long run", .enabled(if: RunningCluster.isPossible), .serialized)
struct LongRunTests {
    /// What the cluster has of what can leak.
    private struct Holdings: CustomStringConvertible {
        let processes: Set<pid_t>
        let descriptors: [pid_t: [String]]
        let threads: [pid_t: Int]
        let memoryKiB: [pid_t: Int]
        let files: Set<String>

        init(_ cluster: RunningCluster) {
            processes = Processes.family(of: cluster.process)
            let nodes = [cluster.process] + cluster.workers
            descriptors = Dictionary(
                uniqueKeysWithValues: nodes.map { ($0, Processes.openFiles(of: $0)) }
            )
            threads = Dictionary(uniqueKeysWithValues: nodes.map { ($0, Processes.threadCount(of: $0)) })
            memoryKiB = Dictionary(uniqueKeysWithValues: nodes.map { ($0, Processes.ownMemoryKiB(of: $0)) })
            let folders = [cluster.state, cluster.temporary, "/dev/shm"]
            files = folders.reduce(into: []) { files, folder in
                let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
                // The notes on machines bear their numbers; how many there are, the processes tell.
                files.formUnion(names.map { folder + "/" + $0.replacing(/machine-\d+/, with: "machine") })
            }
        }

        var description: String {
            "\(processes.count) processes, descriptors \(descriptors.mapValues(\.count)), "
                + "threads \(threads), memory in KiB \(memoryKiB), \(files.count) files"
        }
    }

    @Test(
        "Three hundred sessions, begun and ended, leave processes, descriptors, memory and files as they were"
    )
    func sessions() async throws {
        try await RunningCluster.with(workers: 1, ahead: Self.ahead) { cluster in
            // Pools, buffers and caches fill up first.
            try await churn(50, from: 0, in: cluster)
            #expect(await settles { cluster.machines.count == Self.ahead })
            let before = Holdings(cluster)
            try await churn(300, from: 50, in: cluster)
            #expect(await settles { cluster.machines.count == Self.ahead })
            #expect(await settles { Processes.family(of: cluster.process).count == before.processes.count })
            // Idle connections of this very client come and go: what counts is that nothing grows.
            #expect(
                await settles {
                    Holdings(cluster).descriptors.allSatisfy { process, files in
                        files.count <= (before.descriptors[process]?.count ?? 0)
                    }
                }
            )
            let after = Holdings(cluster)
            print("before: \(before)\nafter: \(after)")
            #expect(after.files.subtracting(before.files) == [])
            for (process, threads) in after.threads { #expect(threads <= (before.threads[process] ?? 0) + 2) }
            for (process, kibibytes) in after.memoryKiB {
                let growth = kibibytes - (before.memoryKiB[process] ?? 0)
                #expect(growth < Self.growthLimitKiB, "process \(process) has grown by \(growth) KiB")
            }
        }
    }

    /// What allocators and the bounded records of ended sessions may add.
    private static let growthLimitKiB = 8 << 10
    /// How many processes wait for a session, as by default.
    private static let ahead = 2
    /// How many sessions there are at a time.
    private static let clients = 3

    /// Begins, uses and ends sessions.
    private func churn(_ count: Int, from first: Int, in cluster: RunningCluster) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<Self.clients {
                group.addTask {
                    for number in stride(from: first + client, to: first + count, by: Self.clients) {
                        let answer = try await cluster.run("\(number) * 2", in: "passing-\(number)")
                        #expect(answer.isNewSession && answer.resource.result == .integer(number * 2))
                        try await cluster.client.stopSession("passing-\(number)", pool: "python")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits for something that follows from the last answer but that no event tells.
    private func settles(_ condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while !condition(), ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(50)) }
        return condition()
    }
}
