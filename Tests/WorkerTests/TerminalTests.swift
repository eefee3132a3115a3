import Domain
import TestSupport
import Testing
import Wire

@Suite("Terminals at a worker", .timeLimit(.minutes(2)))
struct TerminalTests {
    private let id = TerminalID(number: 1)

    @Test("A terminal begins the session, and nothing else about terminals does")
    func beginning() async throws {
        try await PlayedCoordinator.with { coordinator in
            for order in [
                TerminalOrder.list, .look(id), .read(id, from: 0), .type(id, at: nil, [1]), .close(id),
            ] {
                #expect(try await coordinator.terminal(order, mayCreate: false) == .sessionGone(nil))
            }
            #expect(coordinator.hypervisor.attempts == 0)
            let opened = try await coordinator.open(
                id,
                TerminalSpec(size: TerminalSize(columns: 91, rows: 31))
            )
            #expect(opened.id == id && opened.end == nil)
            #expect(try await coordinator.shown(id, until: "91x31\n") == "xterm-256color 91x31\n")
            #expect(try await coordinator.run("beside it").printed == "beside it")
            #expect(coordinator.hypervisor.attempts == 1)
        }
    }

    @Test("What is typed is shown, once; the end has its code and comes after the last byte")
    func typing() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.open(id)
            for _ in 0..<3 {
                let typed = try await coordinator.terminal(.type(id, at: 0, Array("ls\n".utf8)))
                #expect(typed.terminal?.inputPosition == 3)
            }
            _ = try await coordinator.terminal(.type(id, at: 3, Array("end".utf8)))
            #expect(try await coordinator.shown(id, until: "end") == "xterm-256color 80x24\nls\nend")
            _ = try await coordinator.terminal(.type(id, at: nil, Array("exit 7".utf8)))
            #expect(try await coordinator.shown(id) == "xterm-256color 80x24\nls\nend")
            let looked = try await coordinator.terminal(.look(id))
            #expect(looked.terminal?.end == TerminalEnd(cause: .exited, exitCode: 7))
            let late = try await coordinator.terminal(.type(id, at: nil, [1]))
            #expect(late.failureCode == .terminalEnded)
        }
    }

    @Test("Terminals are served while code runs, several at once, and one more than may be is refused")
    func several() async throws {
        try await PlayedCoordinator.with { coordinator in
            async let held = coordinator.run("hold it")
            #expect(await eventually { coordinator.hypervisor.isHolding("it") })
            for number in 1...UInt64(TerminalLimits.perSession) {
                _ = try await coordinator.open(TerminalID(number: number))
                let text = Array("mine \(number)\n".utf8)
                _ = try await coordinator.terminal(.type(TerminalID(number: number), at: 0, text))
            }
            let more = try await coordinator.terminal(.open(TerminalID(number: 99), TerminalSpec()))
            #expect(more.failureCode == .tooManyTerminals)
            for number in 1...UInt64(TerminalLimits.perSession) {
                let shown = try await coordinator.shown(TerminalID(number: number), until: "mine \(number)\n")
                #expect(shown == "xterm-256color 80x24\nmine \(number)\n")
            }
            guard case .terminal(.terminals(let all)) = try await coordinator.terminal(.list) else {
                Issue.record("there is no list")
                return
            }
            #expect(all.map(\.id.number) == Array(1...UInt64(TerminalLimits.perSession)))
            await coordinator.hypervisor.release("it")
            #expect(try await held.printed == "released it")
        }
    }

    @Test("A program that shows without end is held as long as nobody reads, and a reader has every byte")
    func flood() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.open(id)
            _ = try await coordinator.terminal(.type(id, at: nil, Array("flood".utf8)))
            var place: UInt64 = 0
            for _ in 0..<100 {
                let page = try await coordinator.page(id, from: place)
                #expect(page.position == place)
                place = page.nextPosition
                let shown = try await coordinator.terminal(.look(id)).terminal?.outputPosition ?? 0
                #expect(shown <= place + UInt64(TerminalLimits.outputAhead))
            }
            #expect(place > UInt64(20 * TerminalLimits.outputBytes / 4))
        }
    }

    @Test("A piece of input waits for room, and is refused when there is none for long; it was not typed")
    func deafness() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.open(id)
            _ = try await coordinator.terminal(.type(id, at: 0, Array("deaf".utf8)))
            let most = [UInt8](repeating: 1, count: TerminalLimits.inputBytes)
            _ = try await coordinator.terminal(.type(id, at: 4, most))
            let refused = try await coordinator.terminal(
                .type(id, at: 4 + UInt64(most.count), most),
                wait: .milliseconds(100)
            )
            #expect(refused.failureCode == .tooManyRequests)
            let taken = try await coordinator.terminal(.look(id)).terminal?.inputPosition
            #expect(taken == 4 + UInt64(most.count))
        }
    }

    @Test("A reader keeps the session from its cooldown, and a terminal that nobody reads does not")
    func cooldown() async throws {
        try await PlayedCoordinator.with(pool: { $0.lifecycle = .timed(cooldown: .milliseconds(300)) }) {
            coordinator in
            _ = try await coordinator.open(id)
            let shown = "xterm-256color 80x24\n".utf8.count
            // Three cooldowns in which nothing is said.
            let silent = try await coordinator.page(id, from: UInt64(shown), wait: .milliseconds(900))
            #expect(silent == TerminalPage(position: UInt64(shown), bytes: [], isEnd: false))
            #expect(coordinator.hypervisor.liveMachines == 1)
            #expect(await eventually { coordinator.hypervisor.liveMachines == 0 })
            let gone = try await coordinator.terminal(.look(id), mayCreate: false)
            #expect(gone == .sessionGone(.cooldown))
        }
    }

    @Test("The session's end ends its terminals, and tells why")
    func sessionEnd() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.open(id)
            let place = UInt64("xterm-256color 80x24\n".utf8.count)
            async let reading = coordinator.terminal(.read(id, from: place), wait: .seconds(30))
            #expect(try await coordinator.run("still here").printed == "still here")
            let life = try coordinator.life()
            #expect(try await coordinator.ask(.stopSession(life, .stopped)) == .done)
            let answer = try await reading
            #expect(answer.failureCode == .terminalNotFound || answer == .sessionGone(.stopped))
        }
    }

    @Test("Closed, it ends with its hang-up; one that could not be opened has ended")
    func closing() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.open(id)
            _ = try await coordinator.terminal(.close(id))
            _ = try await coordinator.shown(id)
            let end = try await coordinator.terminal(.look(id)).terminal?.end
            #expect(end == TerminalEnd(cause: .closed, exitCode: 129))
            let other = TerminalID(number: 2)
            _ = try await coordinator.open(other, TerminalSpec(kind: "unopened"))
            #expect(try await coordinator.shown(other).isEmpty)
            #expect(try await coordinator.terminal(.look(other)).terminal?.end?.cause == .notOpened)
        }
    }

    @Test("What makes no sense disturbs nobody")
    func lies() async throws {
        try await PlayedCoordinator.with { coordinator in
            _ = try await coordinator.open(id)
            _ = try await coordinator.terminal(.type(id, at: nil, Array("lie".utf8)))
            _ = try await coordinator.shown(id)
            #expect(try await coordinator.terminal(.look(id)).terminal?.end?.cause == .notOpened)
            #expect(
                try await coordinator.terminal(.look(TerminalID(number: 9))).failureCode == .terminalNotFound
            )
            let beyond = try await coordinator.terminal(.read(id, from: 1 << 40))
            #expect(beyond.failureCode == .sessionRequestValidationFailed)
            #expect(try await coordinator.run("still here").printed == "still here")
        }
    }
}

extension PlayedCoordinator {
    fileprivate func terminal(
        _ order: TerminalOrder,
        mayCreate: Bool = true,
        wait: Duration = .seconds(10)
    ) async throws -> Answer {
        try await ask(
            .terminal(
                TerminalRequest(
                    session: life(),
                    mayCreate: mayCreate,
                    pool: pool,
                    order: order,
                    wait: wait
                )
            )
        )
    }

    fileprivate func open(_ id: TerminalID, _ spec: TerminalSpec? = nil) async throws -> TerminalDescription {
        try #require(try await terminal(.open(id, try spec ?? TerminalSpec())).terminal)
    }

    fileprivate func page(
        _ id: TerminalID,
        from place: UInt64,
        wait: Duration = .seconds(10)
    ) async throws -> TerminalPage {
        guard case .terminal(.page(let page)) = try await terminal(.read(id, from: place), wait: wait) else {
            throw Failure(.internalError, "There is no page.")
        }
        return page
    }

    /// Everything that a terminal shows until a text comes, or until its end.
    fileprivate func shown(_ id: TerminalID, until text: String? = nil) async throws -> String {
        var shown: [UInt8] = []
        while true {
            let page = try await page(id, from: UInt64(shown.count))
            shown += page.bytes
            let all = String(decoding: shown, as: UTF8.self)
            if page.isEnd || text.map({ all.hasSuffix($0) }) == true { return all }
        }
    }
}

extension Answer {
    fileprivate var terminal: TerminalDescription? {
        if case .terminal(.terminal(let description)) = self { description } else { nil }
    }
}
