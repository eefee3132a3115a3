/// What peers are compared in.
package enum PeerOperation: String, CaseIterable, Sendable, Codable {
    /// From nothing to the first result, with pandas imported.
    case tti
    /// An execution where one has been before.
    case warm

    /// A sum that nobody can have computed before, as code that prints it.
    func sum() -> (code: String, value: Int) {
        let first = BenchTarget.nonce()
        let second = BenchTarget.nonce()
        let sum = "print(\(first) + \(second))"
        return (self == .tti ? "import pandas\n" + sum : sum, first + second)
    }
}

/// How long one operation took.
struct PeerTime: Sendable {
    /// Who took so long, and in which way.
    let name: String
    let time: Duration
}

/// Who takes part in a comparison.
protocol PeerContender {
    /// What it is called in the table.
    var name: String { get }
    /// The version of what is measured.
    var version: String { get }
    /// What it can do.
    var operations: Set<PeerOperation> { get }

    /// Does an operation and verifies what comes back.
    ///
    /// - Parameter operation: one that it can do.
    /// - Returns: how long it took; several when the operation was done several times.
    /// - Throws: why it was not done, or what was wrong with it.
    func perform(_ operation: PeerOperation) async throws -> [PeerTime]
}
