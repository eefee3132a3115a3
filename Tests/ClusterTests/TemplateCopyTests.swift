import APIModel
import Client
import Foundation
import Testing

/// Workers that join with an empty cache.
@Suite("Templates of new workers", .enabled(if: RunningCluster.isPossible))
struct TemplateCopyTests {
    @Test(
        "A new worker copies the template and serves with it; one that is sent a changed byte boots a guest instead"
    )
    func copies() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            // By its name it is asked first.
            try await Newcomer.with("a-newcomer", in: cluster) { first in
                let serves = try await first.says("worker serves")
                #expect(serves)
                #expect(first.words.contains("copied the template"), "\(first.words)")
                #expect(!first.words.contains("boots a guest from cold"))
                let state = ["--state-dir", cluster.state]
                #expect(try await Command.run(["node", "drain", "worker-1"] + state).status == 0)
                let answer = try await cluster.run("import pandas; 6 * 7", in: "on-the-copy")
                #expect(answer.resource.result == .integer(42))
                #expect(try await cluster.client.node(first.name).sessions == 1)

                try first.damageTemplates()
                try await Newcomer.with("b-newcomer", in: cluster) { second in
                    let boots = try await second.says("boots a guest from cold")
                    #expect(boots)
                    #expect(second.words.contains("has not the hash"), "\(second.words)")
                    #expect(!second.words.contains("copied the template"))
                }
            }
        }
    }
}
