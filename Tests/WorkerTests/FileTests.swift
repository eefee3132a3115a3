import Domain
import TestSupport
import Testing
import Wire

@Suite("Files at a worker")
struct FileTests {
    @Test("A request for files begins the session, and only if it may")
    func beginning() async throws {
        try await PlayedCoordinator.with { coordinator in
            let order = FileOrder.look(try SessionFilePath("a"))
            #expect(try await coordinator.file(order, mayCreate: false) == .sessionGone(nil))
            #expect(coordinator.hypervisor.attempts == 0)
            #expect(try await coordinator.file(order) == .file(.trouble(.notFound)))
            #expect(try await coordinator.run("get x").printed == "nothing")
            #expect(coordinator.hypervisor.attempts == 1)
        }
    }

    @Test("What is written in parts, in any order and twice, is read back as it was")
    func parts() async throws {
        try await PlayedCoordinator.with { coordinator in
            let path = try SessionFilePath("sub/é.bin")
            #expect(try await coordinator.file(.openToWrite(path, transfer: 7)) == .file(.done))
            for (offset, bytes) in [(3, [4, 5]), (0, [1, 2, 3]), (3, [4, 5])] as [(UInt64, [UInt8])] {
                let order = FileOrder.write(transfer: 7, offset: offset, bytes)
                #expect(try await coordinator.file(order, mayCreate: false) == .file(.done))
            }
            // Not to be seen before it is whole.
            #expect(try await coordinator.file(.look(path)) == .file(.trouble(.notFound)))
            let file = SessionFile(path: path, isFolder: false, size: 5, modified: 1)
            #expect(try await coordinator.file(.commit(transfer: 7, size: 5)) == .file(.file(file)))
            #expect(try await coordinator.file(.openToRead(path, transfer: 8)) == .file(.file(file)))
            let read = FileOrder.read(transfer: 8, offset: 1, count: 3)
            #expect(try await coordinator.file(read) == .file(.content(offset: 1, [2, 3, 4])))
            #expect(try await coordinator.file(.close(transfer: 8)) == .file(.done))
            #expect(try await coordinator.file(read) == .file(.trouble(.unknownTransfer)))
            #expect(
                try await coordinator.file(.commit(transfer: 7, size: 5)) == .file(.trouble(.unknownTransfer))
            )
        }
    }

    @Test("Files are served while code runs, and code while a file is open")
    func besideCode() async throws {
        try await PlayedCoordinator.with { coordinator in
            async let held = coordinator.run("hold it")
            #expect(await eventually { coordinator.hypervisor.isHolding("it") })
            let path = try SessionFilePath("a")
            #expect(try await coordinator.file(.openToWrite(path, transfer: 1)) == .file(.done))
            #expect(try await coordinator.file(.write(transfer: 1, offset: 0, [1])) == .file(.done))
            await coordinator.hypervisor.release("it")
            #expect(try await held.printed == "released it")
            #expect(try await coordinator.run("between").printed == "between")
            guard case .file(.file) = try await coordinator.file(.commit(transfer: 1, size: 1)) else {
                Issue.record("the file was not made")
                return
            }
        }
    }

    @Test("So many files are open at once as the limit says")
    func room() async throws {
        try await PlayedCoordinator.with { coordinator in
            for transfer in 1...UInt64(FileLimits.transfersPerSession) {
                let order = FileOrder.openToWrite(try SessionFilePath("f\(transfer)"), transfer: transfer)
                #expect(try await coordinator.file(order) == .file(.done))
            }
            let more = FileOrder.openToWrite(try SessionFilePath("more"), transfer: 99)
            #expect(try await coordinator.file(more) == .file(.trouble(.tooMany)))
            #expect(try await coordinator.file(.close(transfer: 1)) == .file(.done))
            #expect(try await coordinator.file(more) == .file(.done))
        }
    }

    @Test("An open file keeps a session from its cooldown; a closed one does not")
    func cooldown() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .timed(cooldown: .milliseconds(200)) }) {
            coordinator in
            let open = FileOrder.openToWrite(try SessionFilePath("a"), transfer: 1)
            #expect(try await coordinator.file(open) == .file(.done))
            // Three cooldowns without a word.
            try await Task.sleep(for: .milliseconds(600))
            let write = FileOrder.write(transfer: 1, offset: 0, [1])
            #expect(try await coordinator.file(write, mayCreate: false) == .file(.done))
            #expect(try await coordinator.file(.close(transfer: 1), mayCreate: false) == .file(.done))
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
        }
    }

    @Test("A guest that does not answer costs the request, and the end of the machine is told at once")
    func silence() async throws {
        try await PlayedCoordinator.with { coordinator in
            // The short time is for the guest's answer and not for the session's start.
            #expect(try await coordinator.run("here").printed == "here")
            let mute = FileOrder.look(try SessionFilePath("mute"))
            let late = try await coordinator.file(mute, wait: .milliseconds(100))
            #expect(late.failureCode == .deadlineExceeded)
            async let waiting = coordinator.file(mute)
            #expect(try await coordinator.run("still here").printed == "still here")
            await coordinator.hypervisor.killOldest()
            #expect(try await waiting.failureCode == .sandboxFailed)
        }
    }
}

extension PlayedCoordinator {
    /// Asks for something about files.
    fileprivate func file(
        _ order: FileOrder,
        mayCreate: Bool = true,
        wait: Duration = .seconds(10)
    ) async throws -> Answer {
        try await ask(
            .file(FileRequest(session: life(), mayCreate: mayCreate, pool: pool, order: order, wait: wait))
        )
    }
}
