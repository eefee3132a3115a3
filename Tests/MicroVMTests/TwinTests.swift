import Domain
import TestSupport
import Testing

@testable import MicroVM

@Suite("Twins from the hypervisor", .enabled(if: RealMachine.isAvailable, RealMachine.advice))
struct TwinTests {
    @Test(
        "Twenty clones of one template draw nothing twice and know what time it is",
        .timeLimit(.minutes(5))
    )
    func clones() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        let pool = try RealMachine.pool()
        let twins = try await withThrowingTaskGroup(of: Twin.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await hypervisor.withMachine(for: pool) { machine in
                        try await Twin { try await machine.run($0) }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(twins.count == 20)
        #expect(try TwinProbe.objections(to: twins) == [])
    }

    @Test("The judgement of twins finds a value that two share, a clock that is wrong and an empty search")
    func judgement() async throws {
        func twin(_ draw: Int, _ name: String, clockError: Double = 0) async -> Twin {
            let time = Double(Host.unixTimeNanoseconds) / 1e9 + clockError
            let answer = #"{"unique": {"\#(name)": "\#(draw)"}, "clocks": {"time.time": \#(time)}}"#
            return await Twin { _ in answer }
        }
        let name = "generator 0"
        #expect(try TwinProbe.objections(to: [await twin(1, name), await twin(2, name)]) == [])
        let shared = try TwinProbe.objections(to: [await twin(1, name), await twin(1, name)])
        #expect(shared == ["generator 0: 2 twins have 1 values"])
        let late = try TwinProbe.objections(to: [await twin(1, name), await twin(2, name, clockError: -3)])
        #expect(late.count == 1 && late[0].hasPrefix("time.time is "))
        #expect(try TwinProbe.objections(to: [await twin(1, "other")]).count == 1)
    }
}
