import Foundation
import Glibc
import Testing

/// What is left of a cluster after its end.
@Suite("The end of a cluster", .enabled(if: RunningCluster.isPossible), .serialized)
struct ShutdownTests {
    @Test(
        "Nothing is left: no process, no socket, no temporary file",
        arguments: [SIGINT, SIGTERM, SIGKILL]
    )
    func nothingIsLeft(signal: Int32) async throws {
        let (family, before) = try await RunningCluster.with(workers: 2, ahead: 2, endingWith: signal) {
            cluster in
            for number in 0..<4 { try await cluster.run("x = \(number)", in: "session-\(number)") }
            let family = Processes.family(of: cluster.process)
            #expect(family.count >= 7, "the cluster, two workers and four machines at the least")
            let files = Self.files(in: cluster.temporary)
            #expect(Self.sockets(in: cluster.state).isEmpty, "no socket files, not even while it runs")
            return (family, files)
        }
        let left = await Processes.waitForEnd(of: family, within: .seconds(15))
        #expect(left.isEmpty, "still there: \(Processes.all().filter { left.contains($0.identifier) })")
        #expect(before.isEmpty, "no temporary file, not even while it runs")
    }

    @Test("A second cluster on the same state directory is refused with a clear sentence")
    func oneClusterForEachState() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let second = try await Command.run(["up", "--port", "0", "--state-dir", cluster.state])
            #expect(second.status != 0)
            #expect(second.error.contains("Another cluster uses"))
        }
    }

    private static func files(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    private static func sockets(in folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        return names.filter { name in
            var status = stat()
            return lstat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
        }
    }
}
