import APIModel
import Client
import TestSupport
import Testing

/// Sessions are clones of one template and must not behave as such.
@Suite("Twin sessions", .enabled(if: RunningCluster.isPossible))
struct TwinTests {
    @Test("Twenty sessions, ready ones and others, draw nothing twice and know what time it is")
    func sessions() async throws {
        try await RunningCluster.with(workers: 2, ready: 6, ahead: 2) { cluster in
            try await cluster.waitForReadySession()
            let answers = try await withThrowingTaskGroup(of: (Twin, wasReady: Bool).self) { group in
                for number in 0..<20 {
                    group.addTask {
                        var stages: [String: Double] = [:]
                        let twin = try await Twin { code in
                            let answer = try await cluster.run(code, in: "twin-\(number)")
                            stages = answer.stages
                            return answer.resource.standardOutput
                        }
                        return (twin, stages["reseed"] == nil)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.contains { $0.wasReady } && answers.contains { !$0.wasReady }, "both kinds")
            #expect(try TwinProbe.objections(to: answers.map(\.0)) == [])
        }
    }
}
