import Domain
import Testing
import Wire

@testable import MicroVM

@Suite(
    "Terminals in a guest",
    .serialized,
    .enabled(if: RealMachine.isAvailable, RealMachine.advice),
    .timeLimit(.minutes(5))
)
struct TerminalTests {
    /// As much as any of these tests reads, so that credit matters only where it is asked for.
    private static let plenty: UInt64 = 1 << 30

    @Test("A login shell of the session's user has a terminal, its size, its modes and its Ctrl-C")
    func shell() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            var person = Person(at: machine, 1)
            let size = try TerminalSize(columns: 91, rows: 31)
            try await person.open(try TerminalSpec(size: size, kind: "vt100"))
            try await person.type(
                "PS1='ready> '; stty size; tty; whoami; pwd; echo $TERM; shopt -q login_shell && echo lo''gin\n"
            )
            try await person.see("login\r\n")
            for line in ["31 91\r\n", "/dev/pts/", "session\r\n", "/mnt/data\r\n", "vt100\r\n"] {
                #expect(person.seen.contains(line), "\(line)")
            }
            // Who has the terminal may open it by its name, and write to it.
            try await person.type("echo by its name > $(tty)\n")
            try await person.see("\rby its name\r\n")
            try await person.resize(70, 20)
            try await person.type("stty size\n")
            try await person.see("20 70\r\n")
            // The program itself says that it runs, and the next line is typed at the next prompt: an interrupt while
            // bash still forks meets bash, which may then lose what is typed ahead or read it as the end.
            try await person.type("PS1='ag''ain> '; sh -c 'echo slee\"\"ps; exec sleep 1000'\n")
            try await person.see("sleeps\r\n")
            try await person.type("\u{3}")
            try await person.see("again> ")
            try await person.type("echo code $((1000 + $?))\n")
            try await person.see("code 1130\r\n")
            try await person.type("exit 7\n")
            #expect(try await person.end() == 7)
        }
    }

    @Test("A program that draws hears of a new size; one that is no program ends as a shell tells it")
    func programs() async throws {
        try await RealMachine.withMachine(.python) { machine in
            var person = Person(at: machine, 1)
            let code = """
                import curses
                def main(screen):
                    # Without it a change right before the wait for a key is seen with the next key only.
                    screen.timeout(100)
                    while True:
                        screen.erase(); screen.addstr(0, 0, 'size %d %d' % screen.getmaxyx()); screen.refresh()
                        if screen.getch() == ord('q'): return
                curses.wrapper(main)
                """
            try await person.open(try TerminalSpec(arguments: ["python3", "-c", code]))
            try await person.see("size 24 80")
            try await person.resize(63, 17)
            // It draws only what has changed.
            try await person.see("17 63")
            try await person.type("q")
            #expect(try await person.end() == 0)
            var nobody = Person(at: machine, 2)
            try await nobody.open(try TerminalSpec(arguments: ["nothing-such"]))
            #expect(try await nobody.end() == 127)
            #expect(nobody.seen == "nothing-such: No such file or directory\r\n")
            #expect(try await machine.run("print(6 * 7)", number: 9) == "42\n")
        }
    }

    @Test("A program that prints without end stops where its credit does, and Ctrl-C reaches it")
    func flood() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            var person = Person(at: machine, 1)
            try await person.open(try TerminalSpec(arguments: ["yes"]), outputUpTo: 100_000)
            try await person.see(bytes: 100_000)
            // Others are served meanwhile, and nothing more comes.
            #expect(try await machine.shell("echo beside it", number: 2).output == "beside it\n")
            try await machine.send(
                .terminal(number: 1, .credit(outputUpTo: 150_000)),
                deadline: .now + .seconds(10)
            )
            try await person.see(bytes: 150_000)
            try await person.type("\u{3}")
            try await machine.send(
                .terminal(number: 1, .credit(outputUpTo: Self.plenty)),
                deadline: .now + .seconds(10)
            )
            #expect(try await person.end() == 130)
        }
    }

    @Test("No last word is lost, however the program ends")
    func lastWords() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            for number in 1...20 as ClosedRange<UInt64> {
                var person = Person(at: machine, number)
                let command = "seq 1 \(number * 200); kill -9 $$"
                try await person.open(try TerminalSpec(arguments: ["/bin/sh", "-c", command]))
                #expect(try await person.end() == 137)
                #expect(person.seen == (1...(number * 200)).map { "\($0)\r\n" }.joined())
            }
        }
    }

    @Test("A hang-up ends the shell and what stands in the foreground, also when they do not listen")
    func hangUp() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            var polite = Person(at: machine, 1)
            try await polite.open(try TerminalSpec())
            try await polite.type("nohup sleep 3001 > /dev/null 2>&1 & sleep 3002\n")
            #expect(
                try await machine.shell("until pgrep -f '[s]leep 3002'; do sleep 0.1; done", number: 2)
                    .outcome
                    .exitCode == 0
            )
            try await polite.hangUp(after: .seconds(30))
            #expect(try await polite.end() == 129)
            var deaf = Person(at: machine, 2)
            try await deaf.open(
                try TerminalSpec(arguments: [
                    "/bin/bash", "-c", "trap '' HUP; echo deaf; while :; do sleep 3003; done",
                ])
            )
            try await deaf.see("deaf\r\n")
            try await deaf.hangUp(after: .seconds(1))
            #expect(try await deaf.end() == 137)
            // Nobody reads any more: there is no credit for what was printed, and the end is told all the same.
            var unread = Person(at: machine, 3)
            try await unread.open(try TerminalSpec(arguments: ["yes"]), outputUpTo: 50_000)
            try await unread.see(bytes: 50_000)
            try await unread.hangUp(after: .seconds(30))
            #expect(try await unread.end() == 129)
            var brief = Person(at: machine, 4)
            try await brief.open(try TerminalSpec(arguments: ["seq", "1", "20000"]), outputUpTo: 1_000)
            try await brief.see(bytes: 1_000)
            let pids = "until ! pgrep -x seq; do sleep 0.1; done"
            #expect(
                try await machine.shell("kill -9 $(pgrep -x seq); " + pids, number: 4).outcome.exitCode == 0
            )
            try await brief.hangUp(after: .seconds(30))
            #expect(try await brief.end() == 137)
            // What was told not to mind lives on; nothing else does.
            let left = try await machine.shell("pgrep -af 'sleep 300[123]' | cut -d' ' -f2-", number: 5)
            #expect(left.output == "sleep 3001\n")
        }
    }

    @Test("Several terminals know nothing of each other; one more than may be is not opened")
    func several() async throws {
        try await RealMachine.withMachine(.shell) { machine in
            let most = UInt64(TerminalLimits.perSession)
            for number in 1...most {
                var person = Person(at: machine, number)
                try await person.open(
                    try TerminalSpec(arguments: ["/bin/sh", "-c", "tty; read line; exit \(number)"])
                )
                try await person.see("/dev/pts/\(number - 1)\r\n")
            }
            var more = Person(at: machine, 99)
            try await more.open(try TerminalSpec())
            #expect(try await more.end() == nil)
            for number in 1...most {
                var person = Person(at: machine, number)
                try await person.type("\n")
                #expect(try await person.end() == Int(number))
            }
        }
    }
}

/// Somebody who types and looks, at one terminal of a machine.
private struct Person {
    let machine: any Machine
    let number: UInt64
    private(set) var bytes: [UInt8] = []
    private var exitCode: Int??
    var seen: String { String(decoding: bytes, as: UTF8.self) }

    init(at machine: any Machine, _ number: UInt64) {
        self.machine = machine
        self.number = number
    }

    private func tell(_ step: TerminalStep) async throws {
        try await machine.send(.terminal(number: number, step), deadline: .now + .seconds(10))
    }

    func open(_ spec: TerminalSpec, outputUpTo limit: UInt64 = 1 << 30) async throws {
        try await tell(.open(spec, outputUpTo: limit, processes: 0))
    }

    func type(_ text: String) async throws { try await tell(.input(Array(text.utf8))) }

    func resize(_ columns: Int, _ rows: Int) async throws {
        try await tell(.resize(try TerminalSize(columns: columns, rows: rows)))
    }

    func hangUp(after grace: Duration) async throws { try await tell(.hangUp(grace: grace)) }

    /// Looks until a text has been shown.
    mutating func see(_ text: String) async throws {
        while !seen.contains(text) { try await look() }
    }

    /// Looks until so much has been shown, and no more.
    mutating func see(bytes count: Int) async throws {
        while bytes.count < count { try await look() }
        #expect(bytes.count == count)
    }

    /// Looks until the end.
    mutating func end() async throws -> Int? {
        while exitCode == nil { try await look() }
        return exitCode ?? nil
    }

    /// Takes the next word of the guest about this terminal.
    private mutating func look() async throws {
        for await frame in machine.frames {
            switch frame {
            case .terminal(number, .output(let part)): bytes += part
            case .terminal(number, .ended(let code)): exitCode = .some(code)
            case .terminal(number, .notOpened): exitCode = .some(nil)
            case .trouble(let sentence): throw MicroVMError(.machineDied, sentence)
            default: continue
            }
            return
        }
        throw MicroVMError(.machineDied, "The machine ended after: \(seen)")
    }
}
