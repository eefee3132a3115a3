/// What a comparison with peers has brought.
package struct PeerResults: Sendable {
    /// One line of the table.
    struct Line: Sendable {
        let operation: PeerOperation
        /// Who, and in which way.
        let name: String
        /// Whether it is the cluster's own.
        let isOwn: Bool
        var latency = LatencyRecord()
        var failed = 0
        var failure: String?
    }

    /// Who took part, with its version.
    private(set) var contenders: [(name: String, version: String)] = []
    private(set) var lines: [Line] = []

    mutating func introduce(_ name: String, _ version: String) { contenders.append((name, version)) }

    mutating func add(_ operation: PeerOperation, _ time: PeerTime, isOwn: Bool) {
        change(operation, time.name, isOwn) { $0.latency.add(time.time) }
    }

    mutating func fail(_ operation: PeerOperation, _ name: String, _ failure: BenchFailure, isOwn: Bool) {
        change(operation, name, isOwn) { line in
            line.failed += 1
            line.failure = "\(failure)"
        }
    }

    /// Whether something failed.
    package var hasFailures: Bool { lines.contains { $0.failed > 0 } }

    /// How many times longer a line's median is than the cluster's for the same operation.
    ///
    /// - Parameter line: a line.
    /// - Returns: the ratios by the names of the cluster's lines; none for the cluster's own and for a line without times.
    func ratios(of line: Line) -> [String: Double] {
        guard !line.isOwn, line.latency.count > 0 else { return [:] }
        let own = lines.filter { $0.operation == line.operation && $0.isOwn && $0.latency.count > 0 }
        return Dictionary(
            uniqueKeysWithValues: own.map { own in
                (own.name, line.latency.milliseconds(at: 50) / max(0.001, own.latency.milliseconds(at: 50)))
            }
        )
    }

    private mutating func change(
        _ operation: PeerOperation,
        _ name: String,
        _ isOwn: Bool,
        _ change: (inout Line) -> Void
    ) {
        let place = lines.firstIndex { $0.operation == operation && $0.name == name }
        if place == nil { lines.append(Line(operation: operation, name: name, isOwn: isOwn)) }
        change(&lines[place ?? lines.count - 1])
    }
}
