/// How far a transfer is, as a line of text.
package struct TransferProgress: Sendable {
    private static let nameWidth = 24
    private static let barWidth = 24

    private let name: String
    private let total: Int?

    /// Begins with a transfer.
    ///
    /// - Parameters:
    ///   - name: what is transferred.
    ///   - total: its size in bytes; nil when it is not known.
    package init(name: String, total: Int?) {
        self.name = PlainText.of(name)
        self.total = total
    }

    /// The line for a moment.
    ///
    /// - Parameters:
    ///   - done: how many bytes have been transferred.
    ///   - elapsed: how long that took.
    /// - Returns: name, bar, bytes and rate; no longer than 79 characters.
    package func line(done: Int, elapsed: Duration) -> String {
        var label = name
        if label.count > Self.nameWidth { label = "…" + label.suffix(Self.nameWidth - 1) }
        label += String(repeating: " ", count: Self.nameWidth - label.count)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let rate = seconds > 0 ? ByteCount.text(Int(Double(done) / seconds)) + "/s" : ""
        return "\(label) \(bar(done)) \(ByteCount.text(done)) \(rate)"
    }

    private func bar(_ done: Int) -> String {
        guard let total else { return "" }
        let fraction = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let filled = Int(fraction * Double(Self.barWidth))
        let percent = String(Int(fraction * 100))
        return "[" + String(repeating: "#", count: filled)
            + String(repeating: ".", count: Self.barWidth - filled) + "] "
            + String(repeating: " ", count: 3 - percent.count) + percent + "%"
    }
}

/// Numbers of bytes for people.
package enum ByteCount {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB"]

    /// A number of bytes with a unit that suits it.
    ///
    /// - Parameter count: the number.
    /// - Returns: a text such as `12.3 MiB`.
    package static func text(_ count: Int) -> String {
        var value = Double(max(0, count))
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        guard unit > 0 else { return "\(count) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
