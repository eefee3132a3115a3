import Domain
import Wire

extension Arbitrary {
    private static let kinds = ["xterm-256color", "dumb", "x", String(repeating: "k", count: 64)]
    private static let commands = [
        [], ["sh"], ["/bin/é", "", "a b", "\u{1}"],
        [String](repeating: "x", count: TerminalLimits.argumentsMax),
    ]

    mutating func terminalOrder() throws -> TerminalOrder {
        let id = TerminalID(number: number())
        return switch count(0...6) {
        case 0: .open(id, try terminalSpec())
        case 1: .list
        case 2: .look(id)
        case 3: .read(id, from: number())
        case 4: .type(id, at: flag() ? number() : nil, bytes())
        case 5: .resize(id, try terminalSize())
        default: .close(id)
        }
    }

    mutating func terminalReply() throws -> TerminalReply {
        switch count(0...2) {
        case 0: .terminal(try terminal())
        case 1: .terminals(try (0..<count(0...9)).map { _ in try terminal() })
        default:
            .page(TerminalPage(position: number(0...UInt64(Int.max / 4)), bytes: bytes(), isEnd: flag()))
        }
    }

    mutating func terminalStep() throws -> TerminalStep {
        switch count(0...4) {
        case 0: .open(try terminalSpec(), outputUpTo: number(), processes: size())
        case 1: .input(bytes())
        case 2: .resize(try terminalSize())
        case 3: .credit(outputUpTo: number())
        default: .hangUp(grace: duration())
        }
    }

    mutating func terminalReport() -> TerminalReport {
        switch count(0...3) {
        case 0: .output(bytes())
        case 1: .typed(upTo: number())
        case 2: .ended(exitCode: count(0...255))
        default: .notOpened
        }
    }

    private mutating func terminalSize() throws -> TerminalSize {
        try TerminalSize(
            columns: count(1...TerminalLimits.sideMax),
            rows: count(1...TerminalLimits.sideMax)
        )
    }

    private mutating func terminalSpec() throws -> TerminalSpec {
        try TerminalSpec(
            size: try terminalSize(),
            kind: element(Self.kinds),
            arguments: element(Self.commands)
        )
    }

    private mutating func terminal() throws -> TerminalDescription {
        TerminalDescription(
            id: TerminalID(number: number()),
            size: try terminalSize(),
            arguments: element(Self.commands),
            createdMilliseconds: number(),
            inputPosition: number(),
            outputPosition: number(),
            end: flag()
                ? TerminalEnd(cause: element(TerminalEnd.Cause.allCases), exitCode: count(0...255)) : nil
        )
    }
}
