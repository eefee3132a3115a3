import Domain
import MicroVM
import TestSupport
import Testing
import Transport
import Wire

@Suite("Templates between workers", .timeLimit(.minutes(1)))
struct TemplateTests {
    private static let name = "0123456789abcdef"

    private static func piece(_ number: UInt32) throws -> TemplatePieceName {
        try #require(TemplatePieceName(name, number))
    }

    @Test(
        "What one worker has another one gets through the coordinator, while requests go on",
        arguments: [true, false]
    )
    func relayed(isOverSockets: Bool) async throws {
        let post: any Post = isOverSockets ? NNGTransport() : InMemoryTransport()
        try await PlayedCluster.with(workers: 3, over: post) { cluster in
            let content = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            cluster.hypervisors[1].setPieces([try Self.piece(0): [7], try Self.piece(1): content])
            let source = try #require(cluster.hypervisors[2].source)
            #expect(try await source.piece(Self.piece(0), by: .now + .seconds(20)) == [7])
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<5 {
                            guard try await source.piece(Self.piece(1), by: .now + .seconds(20)) == content
                            else {
                                return false
                            }
                        }
                        return true
                    }
                }
                for number in 0..<20 { try await cluster.run("x", in: "session-\(number)") }
                for try await isWhole in group { #expect(isWhole) }
            }
            #expect(cluster.hypervisors[1].piecesSent == 21)
            let missing = try #require(TemplatePieceName("ffffffffffffffff", 0))
            let nobody = await #expect(throws: MicroVMError.self) {
                try await source.piece(missing, by: .now + .seconds(20))
            }
            #expect(nobody?.code == .templateUnusable)
        }
    }

    @Test("A worker is not sent what it has itself, and a lost source is told, not waited for")
    func lostSource() async throws {
        try await PlayedCluster.with(workers: 2, over: InMemoryTransport()) { cluster in
            cluster.hypervisors[0].setPieces([try Self.piece(0): [1], try Self.piece(1): [2]])
            let own = try #require(cluster.hypervisors[0].source)
            await #expect(throws: MicroVMError.self) {
                try await own.piece(Self.piece(0), by: .now + .seconds(9))
            }
            let source = try #require(cluster.hypervisors[1].source)
            #expect(try await source.piece(Self.piece(0), by: .now + .seconds(9)) == [1])
            cluster.hypervisors[0].setPieces([:])
            let start = ContinuousClock.now
            await #expect(throws: MicroVMError.self) {
                try await source.piece(Self.piece(1), by: start + .seconds(9))
            }
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    @Test("Without a coordinator that answers the wait is a short one")
    func silence() async throws {
        try await PlayedCluster.with(workers: 1, over: InMemoryTransport()) { cluster in
            let source = try #require(cluster.hypervisors[0].source)
            let start = ContinuousClock.now
            let error = await #expect(throws: MicroVMError.self) {
                try await source.piece(Self.piece(0), by: start + .milliseconds(1))
            }
            #expect(error?.code == .deadlineExceeded || error?.code == .templateUnusable)
            #expect(start.duration(to: .now) < .seconds(3))
        }
    }
}
