extension Duration {
    /// The longest duration on the wire, so that sums of instants and durations cannot overflow.
    private static let longestOnWire: UInt64 = 366 * 86_400 * 1_000_000

    /// The duration in whole microseconds; what is negative becomes 0.
    var wireMicroseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let capped = min(UInt64(seconds), Self.longestOnWire / 1_000_000)
        return capped * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000)
    }

    /// Reads a field in microseconds; what is beyond a year becomes a year.
    ///
    /// - Parameter field: the field's value.
    init(wireMicroseconds field: UInt64) {
        self = .microseconds(Int64(min(field, Self.longestOnWire)))
    }
}
