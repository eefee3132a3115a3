/// A plot with two axes, as SVG.
struct Plot {
    /// A line through points.
    struct Line {
        /// The class of its colour: `a`, `b`, `bad`.
        let kind: String
        /// The points; nil breaks the line.
        let points: [(x: Double, y: Double)?]
        /// Whether the area below it is filled.
        var isFilled = false
    }

    let title: String
    let width: Double
    let height: Double
    let x: PlotAxis
    let y: PlotAxis
    /// What stands at the values of the axes.
    var labelX: (Double) -> String = { NumberText.tick($0) }
    var labelY: (Double) -> String = { NumberText.tick($0) }
    /// The values that get a line; nil for those of the axis.
    var ticksX: [Double]?
    var lines: [Line] = []

    private static let left = 70.0
    private static let right = 30.0
    private static let top = 10.0
    private static let bottom = 26.0

    private var innerWidth: Double { width - Self.left - Self.right }
    private var innerHeight: Double { height - Self.top - Self.bottom }

    /// The plot as an element of a page.
    var svg: String {
        var parts = [
            "<svg viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\" "
                + "aria-label=\"\(MarkupText.escaped(title))\">"
        ]
        parts += gridY() + gridX()
        for line in lines {
            if line.isFilled { parts.append(area(line)) }
            parts.append("<path class=\"line \(line.kind)\" d=\"\(path(line.points))\"/>")
            parts += dots(line)
        }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private func gridY() -> [String] {
        y.ticks.flatMap { tick -> [String] in
            let place = placeY(tick)
            return [
                "<path class=\"grid\" d=\"M\(Self.number(Self.left)) \(Self.number(place))H\(Self.number(width - Self.right))\"/>",
                Self.text(labelY(tick), x: Self.left - 8, y: place + 4, anchor: "end"),
            ]
        }
    }

    private func gridX() -> [String] {
        (ticksX ?? x.ticks).flatMap { tick -> [String] in
            let place = placeX(tick)
            return [
                "<path class=\"grid\" d=\"M\(Self.number(place)) \(Self.number(Self.top))V\(Self.number(height - Self.bottom))\"/>",
                Self.text(labelX(tick), x: place, y: height - 8, anchor: "middle"),
            ]
        }
    }

    private func path(_ points: [(x: Double, y: Double)?]) -> String {
        var isDown = false
        var path = ""
        for point in points {
            guard let point else {
                isDown = false
                continue
            }
            path += "\(isDown ? "L" : "M")\(Self.number(placeX(point.x))) \(Self.number(placeY(point.y)))"
            isDown = true
        }
        return path
    }

    private func area(_ line: Line) -> String {
        let points = line.points.compactMap(\.self)
        guard let first = points.first, let last = points.last else { return "" }
        let ground = Self.number(height - Self.bottom)
        return
            "<path class=\"area \(line.kind)\" d=\"\(path(points))L\(Self.number(placeX(last.x))) \(ground)"
            + "L\(Self.number(placeX(first.x))) \(ground)Z\"/>"
    }

    /// Points that no line would show, because nothing is beside them.
    private func dots(_ line: Line) -> [String] {
        line.points.indices.compactMap { place in
            guard let point = line.points[place] else { return nil }
            let hasBefore = place > 0 && line.points[place - 1] != nil
            let hasAfter = place + 1 < line.points.count && line.points[place + 1] != nil
            guard !hasBefore, !hasAfter else { return nil }
            return "<circle class=\"dot \(line.kind)\" cx=\"\(Self.number(placeX(point.x)))\" "
                + "cy=\"\(Self.number(placeY(point.y)))\" r=\"3\"/>"
        }
    }

    private func placeX(_ value: Double) -> Double { Self.left + x.place(of: value) * innerWidth }
    private func placeY(_ value: Double) -> Double { Self.top + (1 - y.place(of: value)) * innerHeight }

    /// A text at a place.
    static func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(MarkupText.escaped(text))</text>"
    }

    /// A coordinate.
    static func number(_ value: Double) -> String { NumberText.fixed(value, 1) }
}
