import ClusterState
import Domain
import EtcdServer
import Telemetry
import TestSupport
import Testing

@testable import Coordinator

@Suite("What a coordinator measures of its cluster")
struct MeasurementTests {
    private func registry(of node: CoordinatorNode) -> MetricRegistry {
        let registry = MetricRegistry()
        registry.collect { await node.measured() }
        return registry
    }

    @Test("It counts sessions and workers, and tells when the shared directory is away and when it is back")
    func directory() async throws {
        try await SharingNodes.with { nodes in
            let registry = registry(of: await nodes.node(0))
            for number in 0..<3 { try await nodes.run("go", in: "session-\(number)", through: 0) }
            let text = await registry.text()
            for line in [
                #"cloister_sessions{pool="python",state="live"} 3"#, #"cloister_workers{state="serving"} 2"#,
                #"cloister_coordinators{state="serving"} 2"#, "cloister_directory_in_touch 1",
                "cloister_coordinator_ready 1", #"cloister_commands_in_flight{kind="long"} 0"#,
            ] { #expect(text.contains(line + "\n"), "\(text)") }
            // A session that another coordinator has placed is known here as well.
            try await nodes.run("go", in: "of-the-other", through: 1)
            #expect(
                await eventually {
                    let text = await registry.text()
                    let counts = ["live", "known"].map { state in
                        text.split(separator: "\n").first {
                            $0.hasPrefix(#"cloister_sessions{pool="python",state="\#(state)"}"#)
                        }.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
                    }
                    return counts.reduce(0, +) == 4
                }
            )
            nodes.server.stop()
            #expect(
                await eventually(within: .seconds(30)) {
                    await registry.text().contains("cloister_directory_in_touch 0\n")
                }
            )
            try await nodes.server.start()
            #expect(
                await eventually(within: .seconds(60)) {
                    await registry.text().contains("cloister_directory_in_touch 1\n")
                }
            )
        }
    }

    @Test(
        "The ring's imbalance is the greatest share over what the weight should give, and 1 without workers"
    )
    func imbalance() async throws {
        try await PlayedNodes.with(over: Line.memory.post, { $0.workers = 2 }) { nodes in
            let node = try #require(await nodes.node)
            let shares = await node.cluster.ringShares.values.sorted()
            #expect(shares.count == 2)
            let text = await registry(of: node).text()
            let told = text.split(separator: "\n").first { $0.hasPrefix("cloister_ring_imbalance ") }
                .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
            #expect(abs(try #require(told) - (shares.last ?? 0) * 2) < 1e-9)
        }
    }
}
