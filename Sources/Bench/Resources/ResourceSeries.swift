/// What the processes of a cluster on this machine took, over time.
package struct ResourceSeries: Sendable {
    /// What the processes of one role took at a moment.
    struct Figures: Hashable, Sendable {
        var processes = 0
        /// Processors that were busy with them.
        var processors = 0.0
        var memoryBytes = 0
        var descriptors = 0
        var threads = 0

        mutating func add(processors: Double, memoryBytes: Int, descriptors: Int, threads: Int) {
            processes += 1
            self.processors += processors
            self.memoryBytes += memoryBytes
            self.descriptors += descriptors
            self.threads += threads
        }
    }

    /// The most moments that are kept; beyond it every second one is dropped.
    static let momentsMax = 1_200

    private(set) var seconds: [Double] = []
    private(set) var roles: [[String: Figures]] = []
    private(set) var files: [Int] = []
    private var stride = 1
    private var seen = 0

    init() {}

    /// Adds a moment.
    ///
    /// - Parameters:
    ///   - time: seconds since the measurement's beginning.
    ///   - figures: what the processes took, by role.
    ///   - fileCount: how many files there are; nil when they are not counted.
    mutating func add(at time: Double, _ figures: [String: Figures], files fileCount: Int?) {
        defer { seen += 1 }
        guard seen % stride == 0 else { return }
        seconds.append(time)
        roles.append(figures)
        if let fileCount { files.append(fileCount) }
        guard seconds.count > Self.momentsMax else { return }
        stride *= 2
        seconds = Self.everySecond(seconds)
        roles = Self.everySecond(roles)
        files = Self.everySecond(files)
    }

    private static func everySecond<Value>(_ values: [Value]) -> [Value] {
        values.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    }

    /// The figures as lines over time, with their slopes.
    package var summary: ResourceSummary {
        let names = Set(roles.flatMap(\.keys)).sorted()
        var lines: [ResourceSummary.Line] = []
        for name in names {
            let figures = roles.map { $0[name] ?? Figures() }
            lines += [
                line(name, "processor", "processors", figures.map(\.processors)),
                line(name, "memory", "bytes", figures.map { Double($0.memoryBytes) }),
                line(name, "descriptors", "count", figures.map { Double($0.descriptors) }),
                line(name, "processes", "count", figures.map { Double($0.processes) }),
                line(name, "threads", "count", figures.map { Double($0.threads) }),
            ]
        }
        if !files.isEmpty { lines.append(line("cluster", "files", "count", files.map(Double.init))) }
        return ResourceSummary(seconds: seconds, lines: lines)
    }

    private func line(_ role: String, _ measure: String, _ unit: String, _ values: [Double])
        -> ResourceSummary.Line
    {
        // What a process takes while it gets warm is no leak: the second half tells what goes on.
        let half = values.count / 2
        return ResourceSummary.Line(
            role: role,
            measure: measure,
            unit: unit,
            values: values,
            slopePerHour: Slope.of(values, at: seconds) * 3_600,
            slopePerHourSecondHalf: Slope.of(Array(values[half...]), at: Array(seconds[half...])) * 3_600
        )
    }
}

/// The straight line through values.
enum Slope {
    /// The slope of the line with the least squares.
    ///
    /// - Parameters:
    ///   - values: the values.
    ///   - places: where each of them is.
    /// - Returns: how much the values rise for each step of 1; 0 when they say nothing about it.
    static func of(_ values: [Double], at places: [Double]) -> Double {
        guard values.count > 1, values.count == places.count else { return 0 }
        let count = Double(values.count)
        let placeMean = places.reduce(0, +) / count
        let valueMean = values.reduce(0, +) / count
        var above = 0.0
        var below = 0.0
        for (place, value) in zip(places, values) {
            above += (place - placeMean) * (value - valueMean)
            below += (place - placeMean) * (place - placeMean)
        }
        return below > 0 ? above / below : 0
    }
}
