import Domain

/// The terminals of a played guest: each shows what is typed.
///
/// The words, each a piece of input: `exit CODE`, `flood` (shows as much as it may), `deaf` (takes no input
/// from then on), `lie` (says what makes no sense).
struct PlayedTerminals {
    private struct Terminal {
        var shown: UInt64 = 0
        var limit: UInt64
        var typed: UInt64 = 0
        var floods = false
        var isDeaf = false
    }

    private var open: [UInt64: Terminal] = [:]

    /// Carries out a step.
    ///
    /// - Parameters:
    ///   - step: the step.
    ///   - number: the terminal.
    /// - Returns: what the guest says.
    mutating func reports(on step: TerminalStep, of number: UInt64) -> [TerminalReport] {
        if case .open(let spec, let limit, _) = step {
            guard spec.kind != "unopened" else { return [.notOpened] }
            open[number] = Terminal(limit: limit)
            return show("\(spec.kind) \(spec.size.columns)x\(spec.size.rows)\n", of: number)
        }
        switch step {
        case .open: return []
        case .input(let bytes): return type(bytes, into: number)
        case .resize(let size): return show("size \(size.columns)x\(size.rows)\n", of: number)
        case .credit(let limit):
            open[number]?.limit = limit
            return flood(number)
        case .hangUp: return open.removeValue(forKey: number) == nil ? [] : [.ended(exitCode: 129)]
        }
    }

    private mutating func type(_ bytes: [UInt8], into number: UInt64) -> [TerminalReport] {
        guard let terminal = open[number], !terminal.isDeaf else { return [] }
        open[number]?.typed += UInt64(bytes.count)
        let typed = TerminalReport.typed(upTo: terminal.typed + UInt64(bytes.count))
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
        switch words.first {
        case "exit":
            open[number] = nil
            return [typed, .ended(exitCode: Int(words[1]) ?? 0)]
        case "flood":
            open[number]?.floods = true
            return [typed] + flood(number)
        case "deaf":
            open[number]?.isDeaf = true
            return []
        case "lie":
            return [.typed(upTo: .max), .output([]), .notOpened, .ended(exitCode: 1), .output([1])]
        default: return [typed] + show(String(decoding: bytes, as: UTF8.self), of: number)
        }
    }

    private mutating func show(_ text: String, of number: UInt64) -> [TerminalReport] {
        open[number]?.shown += UInt64(text.utf8.count)
        return [.output(Array(text.utf8))]
    }

    private mutating func flood(_ number: UInt64) -> [TerminalReport] {
        guard let terminal = open[number], terminal.floods else { return [] }
        var reports: [TerminalReport] = []
        var shown = terminal.shown
        while shown < terminal.limit {
            let count = min(terminal.limit - shown, UInt64(TerminalLimits.outputFrameBytes))
            reports.append(.output([UInt8](repeating: UInt8(ascii: "y"), count: Int(count))))
            shown += count
        }
        open[number]?.shown = shown
        return reports
    }
}
