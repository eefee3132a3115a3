import Testing

@testable import MicroVM

@Suite("The gate for starts")
struct StartGateTests {
    @Test("Those who wait go in in their order, and who is cancelled does not block the others")
    func order() async throws {
        let gate = StartGate(count: 1)
        try await gate.enter()
        let (order, told) = AsyncStream.makeStream(of: Int.self)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<4 {
            tasks.append(
                Task {
                    try await gate.enter()
                    told.yield(number)
                    await gate.leave()
                }
            )
            while await gate.waiting <= number { await Task.yield() }
        }
        tasks[1].cancel()
        await #expect(throws: MicroVMError.self) { try await tasks[1].value }
        await gate.leave()
        for number in [0, 2, 3] { try await tasks[number].value }
        told.finish()
        var seen: [Int] = []
        for await number in order { seen.append(number) }
        #expect(seen == [0, 2, 3])
        // All turns are over: the gate is free again.
        try await gate.enter()
    }

    @Test("A task that is cancelled already does not get a turn")
    func cancelledBefore() async throws {
        let gate = StartGate(count: 1)
        try await gate.enter()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await gate.enter()
        }
        await #expect(throws: MicroVMError.self) { try await task.value }
    }
}
