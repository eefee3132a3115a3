internal import Glibc

/// Where values lie between the two ends of an axis.
struct PlotAxis: Hashable, Sendable {
    /// The value at the beginning.
    let low: Double
    /// The value at the end.
    let high: Double
    /// Whether equal distances are equal ratios.
    let isLogarithmic: Bool

    /// An axis from 0 that has room for values, in equal steps.
    ///
    /// - Parameter values: the values; not finite ones do not count.
    /// - Returns: the axis.
    static func linear(_ values: [Double]) -> Self {
        let top = values.filter(\.isFinite).max() ?? 0
        guard top > 0 else { return Self(low: 0, high: 1, isLogarithmic: false) }
        let step = Self.step(for: top)
        return Self(low: 0, high: (top / step).rounded(.up) * step, isLogarithmic: false)
    }

    /// An axis around values, the smallest of which need not be near 0: it shows how they change.
    ///
    /// - Parameter values: the values.
    /// - Returns: the axis.
    static func around(_ values: [Double]) -> Self {
        guard let low = values.min(), let high = values.max() else { return linear([]) }
        // Noise of a few percent shall not look like a mountain.
        let room = max(high - low, abs(high) * 0.2, 1e-9) * 0.1
        let middle = (high + low) / 2
        let half = max((high - low) / 2 + room, abs(high) * 0.1)
        return Self(
            low: low >= 0 ? max(0, middle - half) : middle - half,
            high: middle + half,
            isLogarithmic: false
        )
    }

    /// An axis between two powers of ten, or parts of such.
    ///
    /// - Parameter values: the values; those that are not above 0 do not count.
    /// - Returns: the axis.
    static func logarithmic(_ values: [Double]) -> Self {
        let values = values.filter { $0 > 0 && $0.isFinite }
        guard let low = values.min(), let high = values.max() else {
            return Self(low: 1, high: 10, isLogarithmic: true)
        }
        let bottom = nice(below: low)
        let top = nice(below: high) == high ? high : next(above: high)
        return Self(low: bottom, high: top > bottom ? top : bottom * 2, isLogarithmic: true)
    }

    /// Where a value lies: 0 at the beginning, 1 at the end.
    ///
    /// - Parameter value: the value; beyond the ends it lies at the end.
    /// - Returns: the place.
    func place(of value: Double) -> Double {
        let place =
            isLogarithmic ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return min(1, max(0, place))
    }

    /// Values that are worth a line, from the beginning to the end.
    var ticks: [Double] {
        guard isLogarithmic else {
            let step = Self.step(for: high - low)
            let first = (low / step).rounded(.up)
            return (0...12).map { (first + Double($0)) * step }.filter { $0 <= high * 1.000_001 }
        }
        var ticks: [Double] = []
        var tick = low
        while tick <= high * 1.000_001, ticks.count < 40 {
            ticks.append(tick)
            tick = Self.next(above: tick)
        }
        // Over many powers of ten only these.
        guard ticks.count > 8 else { return ticks }
        return ticks.filter { abs(log10($0) - log10($0).rounded()) < 1e-9 }
    }

    /// A step of 1, 2 or 5 times a power of ten that goes into a length four to ten times.
    private static func step(for length: Double) -> Double {
        let power = pow(10, floor(log10(length / 4)))
        return [5, 2, 1].map { $0 * power }.first { length / $0 >= 4 } ?? power
    }

    private static func nice(below value: Double) -> Double {
        let power = pow(10, floor(log10(value) + 1e-12))
        return [5, 2, 1].map { $0 * power }.first { $0 <= value * 1.000_001 } ?? power
    }

    private static func next(above value: Double) -> Double {
        let power = pow(10, floor(log10(value) + 1e-12))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 > value * 1.000_001 } ?? power * 10
    }
}
