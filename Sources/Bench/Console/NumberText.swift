/// Numbers for people.
enum NumberText {
    /// A number with a fixed number of digits behind the point.
    ///
    /// - Parameters:
    ///   - value: the number.
    ///   - digits: how many digits, from 0 to 6.
    /// - Returns: the text, such as `12.30`.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(scaled) }
        let rest = String(scaled % scale)
        return sign + String(scaled / scale) + "." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// A number with about three digits that matter.
    ///
    /// - Parameter value: the number.
    /// - Returns: the text, such as `1234`, `56.7`, `8.90` or `0.012`.
    static func short(_ value: Double) -> String {
        switch abs(value) {
        case 100...: fixed(value, 0)
        case 10..<100: fixed(value, 1)
        case 1..<10: fixed(value, 2)
        case 0: "0"
        default: fixed(value, 3)
        }
    }

    /// A number as an axis has it: as ``short(_:)``, without zeroes at its end.
    ///
    /// - Parameter value: the number.
    /// - Returns: the text, such as `50` or `0.5`.
    static func tick(_ value: Double) -> String {
        var text = short(value)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// A time as an axis has it.
    ///
    /// - Parameter milliseconds: the time.
    /// - Returns: the text, such as `50 ms` or `2 s`.
    static func tick(milliseconds: Double) -> String {
        milliseconds >= 1_000 ? tick(milliseconds / 1_000) + " s" : tick(milliseconds) + " ms"
    }

    /// The unit in which bytes are easy to read.
    ///
    /// - Parameter bytes: the greatest number of bytes.
    /// - Returns: how many bytes the unit has, and its name.
    static func unit(for bytes: Double) -> (bytes: Double, name: String) {
        let units: [(Double, String)] = [(0x1p40, "TiB"), (0x1p30, "GiB"), (0x1p20, "MiB"), (0x1p10, "KiB")]
        return units.first { abs(bytes) >= $0.0 } ?? (1, "B")
    }

    /// A number with a unit: bytes as MiB and such, anything else as it is.
    ///
    /// - Parameters:
    ///   - value: the number.
    ///   - unit: `bytes`, `processors` or `count`.
    /// - Returns: the text.
    static func measured(_ value: Double, _ unit: String) -> String {
        guard unit == "bytes" else { return short(value) }
        let scale = Self.unit(for: value)
        return "\(short(value / scale.bytes)) \(scale.name)"
    }
}
