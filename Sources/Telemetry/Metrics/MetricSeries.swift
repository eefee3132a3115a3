/// The values of one metric by their labels; their number is bounded, whatever is observed.
struct MetricSeries<Value: Sendable>: Sendable {
    /// What stands for every label of the series that takes what has no place of its own.
    static var rest: String { "other" }

    private(set) var values: [[String]: Value] = [:]
    private let most: Int

    /// Makes an empty table.
    ///
    /// - Parameter most: how many series there are at most, the one of the rest aside.
    init(most: Int) { self.most = most }

    /// Changes a series, which begins if it is not there yet.
    ///
    /// - Parameters:
    ///   - labels: the values of the labels, in the order of their names.
    ///   - initial: what a series begins with.
    ///   - change: changes it.
    mutating func update(
        _ labels: [String],
        from initial: @autoclosure () -> Value,
        _ change: (inout Value) -> Void
    ) {
        if values[labels] != nil || values.count < most {
            change(&values[labels, default: initial()])
        } else {
            change(&values[labels.map { _ in Self.rest }, default: initial()])
        }
    }

    /// All series in the order of their labels, so that two scrapes are alike.
    var inOrder: [(labels: [String], value: Value)] {
        values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
    }
}
