internal import Presentation

/// Shows on standard error how far a measurement is: a line that changes on a terminal, else a line now and then.
package struct ProgressDisplay: Sendable {
    private let isTerminal = Console.isTerminal(2)

    /// Makes a display.
    package init() {}

    /// Shows it until the task is cancelled.
    ///
    /// - Parameter progress: tells how far it is; nil while that is not known.
    package func run(_ progress: @Sendable () async -> String?) async {
        var last: String?
        while true {
            do { try await Task.sleep(for: isTerminal ? .milliseconds(250) : .seconds(2)) } catch { break }
            guard let line = await progress(), !Task.isCancelled else { continue }
            // Back to the beginning, and what stood there is gone (ECMA-48, erase in line).
            if isTerminal {
                Console.error(Array("\r\u{1B}[K\(line)".utf8))
            } else {
                Console.error(line: line)
            }
            last = line
        }
        if isTerminal, last != nil { Console.error(Array("\r\u{1B}[K".utf8)) }
    }
}
