import Domain
import Testing
import Wire

@testable import MicroVM

/// What the agent in a real guest makes of orders that no honest worker gives.
@Suite("Orders about files", .serialized, .enabled(if: RealMachine.isAvailable, RealMachine.advice))
struct FileOrderTests {
    @Test("Wrong numbers, sizes and places are refused, and nothing of them is left", .timeLimit(.minutes(5)))
    func misuse() async throws {
        let hypervisor = try await RealMachine.hypervisor()
        try await hypervisor.withMachine(for: try RealMachine.pool()) { machine in
            let path = try SessionFilePath("folder/file")
            let unknown = FileReply.trouble(.unknownTransfer)
            #expect(try await machine.reply(to: .read(transfer: 1, offset: 0, count: 1)) == unknown)
            #expect(try await machine.reply(to: .write(transfer: 1, offset: 0, [1])) == unknown)
            #expect(try await machine.reply(to: .commit(transfer: 1, size: 0)) == unknown)
            #expect(try await machine.reply(to: .close(transfer: 1)) == .done)

            #expect(try await machine.reply(to: .openToWrite(path, transfer: 1)) == .done)
            #expect(try await machine.reply(to: .openToWrite(path, transfer: 1)) == .trouble(.broken))
            #expect(try await machine.reply(to: .read(transfer: 1, offset: 0, count: 1)) == unknown)
            #expect(try await machine.reply(to: .write(transfer: 1, offset: 5, [1])) == .done)
            // It has six bytes by now: one that has another size is not whole.
            #expect(try await machine.reply(to: .commit(transfer: 1, size: 5)) == .trouble(.broken))
            #expect(try await machine.reply(to: .openToWrite(path, transfer: 2)) == .done)
            #expect(try await machine.reply(to: .write(transfer: 2, offset: .max, [1])) == .trouble(.full))
            #expect(try await machine.reply(to: .write(transfer: 2, offset: 0, [1])) == unknown)

            for transfer in 10..<(10 + UInt64(FileLimits.transfersPerSession)) {
                #expect(try await machine.reply(to: .openToWrite(path, transfer: transfer)) == .done)
            }
            #expect(try await machine.reply(to: .openToWrite(path, transfer: 99)) == .trouble(.tooMany))
            for transfer in 10..<(10 + UInt64(FileLimits.transfersPerSession)) {
                #expect(try await machine.reply(to: .close(transfer: transfer)) == .done)
            }
            let all = FileOrder.list(.dataFolder, isRecursive: true, after: .dataFolder, most: 10)
            #expect(
                try await machine.reply(to: all) == .files(SessionFileList(files: [], isComplete: true))
            )
            #expect(try await machine.run("import os; print(os.listdir('/mnt/data'))") == "[]\n")
        }
    }
}

extension Machine {
    /// Gives an order about files and takes the reply.
    fileprivate func reply(to order: FileOrder) async throws -> FileReply {
        try await send(.file(number: 7, order), deadline: .now + .seconds(10))
        for await frame in frames {
            if case .file(number: 7, let reply) = frame { return reply }
        }
        throw MicroVMError(.machineDied, "The machine ended: \(await exitReason())")
    }
}
