internal import Client

/// In what a pool's sandboxes are asked to compute.
package enum Language: String, CaseIterable, Sendable, Codable {
    /// A Python interpreter.
    case python
    /// A Node.js interpreter.
    case node
    /// Command lines.
    case shell

    /// Keeps a number in the session, and prints it.
    ///
    /// - Parameter number: the number.
    /// - Returns: what to run.
    func keeping(_ number: Int) -> ExecutionOrder {
        switch self {
        case .python: .code("kept = \(number)\nprint(kept)")
        case .node: .code("var kept = \(number); console.log(kept)")
        // A shell pool keeps files, and each command line has variables of its own.
        case .shell: .command("echo \(number) > /mnt/data/.kept; cat /mnt/data/.kept", standardInput: nil)
        }
    }

    /// Prints the number that the session keeps plus another one.
    ///
    /// - Parameter number: the other number.
    /// - Returns: what to run.
    func adding(_ number: Int) -> ExecutionOrder {
        switch self {
        case .python: .code("print(kept + \(number))")
        case .node: .code("console.log(kept + \(number))")
        case .shell: .command("echo $(( $(cat /mnt/data/.kept) + \(number) ))", standardInput: nil)
        }
    }

    /// Prints the sum of two numbers.
    ///
    /// - Parameters:
    ///   - first: a number.
    ///   - second: another one.
    /// - Returns: what to run.
    func sum(_ first: Int, _ second: Int) -> ExecutionOrder {
        switch self {
        case .python: .code("print(\(first) + \(second))")
        case .node: .code("console.log(\(first) + \(second))")
        case .shell: .command("echo $(( \(first) + \(second) ))", standardInput: nil)
        }
    }

    /// Prints numbers one after the other, each on a line of its own and written at once.
    ///
    /// - Parameters:
    ///   - first: the first number.
    ///   - count: how many numbers.
    /// - Returns: what to run.
    func counting(from first: Int, count: Int) -> ExecutionOrder {
        let end = first + count
        return switch self {
        case .python: .code("for number in range(\(first), \(end)): print(number, flush=True)")
        case .node: .code("for (let n = \(first); n < \(end); n++) console.log(n)")
        case .shell: .command("seq \(first) \(end - 1)", standardInput: nil)
        }
    }

    /// The language of a pool that has one of the usual names; Python for any other.
    ///
    /// - Parameter pool: the pool's name.
    /// - Returns: its language.
    package static func usual(of pool: String) -> Self { Self(rawValue: pool) ?? .python }
}
