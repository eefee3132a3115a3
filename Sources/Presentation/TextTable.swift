/// Rows below headings, each column as wide as its widest cell.
package struct TextTable: Sendable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// Begins a table.
    ///
    /// - Parameter headings: what stands above the columns.
    package init(_ headings: String...) { self.headings = headings }

    /// Adds a row.
    ///
    /// - Parameter cells: one for each column; what a server or guest sent is shown without its control characters.
    package mutating func add(_ cells: String...) {
        precondition(cells.count == headings.count, "a row has a cell for each heading")
        rows.append(cells.map(PlainText.of))
    }

    /// The lines of the table, the headings first; without the headings when there are no rows.
    ///
    /// - Parameter style: whether headings are emphasized.
    /// - Returns: the lines.
    package func lines(_ style: TextStyle) -> [String] {
        guard !rows.isEmpty else { return [] }
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                text += cell
                guard column < cells.count - 1 else { break }
                text += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            return text
        }
        return [style.emphasized(line(headings))] + rows.map(line)
    }
}
