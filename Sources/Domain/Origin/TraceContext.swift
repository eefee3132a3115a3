/// The place of a request in a trace, as W3C Trace Context has it.
package struct TraceContext: Hashable, Sendable {
    /// The greater half of the trace's number.
    package let traceHigh: UInt64
    /// The lesser half of the trace's number.
    package let traceLow: UInt64
    /// The number of the span that everything below this is a part of.
    package let span: UInt64
    /// Whether the trace is recorded.
    package let isSampled: Bool

    /// Makes a place in a trace.
    ///
    /// - Parameters:
    ///   - traceHigh: the greater half of the trace's number.
    ///   - traceLow: the lesser half of the trace's number.
    ///   - span: the number of the span that everything below this is a part of.
    ///   - isSampled: whether the trace is recorded.
    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// Begins a trace.
    ///
    /// - Parameters:
    ///   - isSampled: whether it is recorded.
    ///   - generator: where its numbers come from.
    package init(isSampled: Bool, using generator: inout some RandomNumberGenerator) {
        // Neither number may be zero.
        self.init(
            traceHigh: generator.next(),
            traceLow: generator.next() | 1,
            span: generator.next() | 1,
            isSampled: isSampled
        )
    }

    /// Reads a `traceparent` header; nil when it is none, and then a trace begins anew.
    ///
    /// - Parameter header: the header's value, from anybody.
    package init?(traceparent header: String) {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, header.utf8.count <= 256,
            let version = Self.number(fields[0], digits: 2), version != 0xff,
            // Later versions only add.
            version > 0 || fields.count == 4,
            fields[1].utf8.count == 32,
            let high = Self.number(fields[1].prefix(16), digits: 16),
            let low = Self.number(fields[1].suffix(16), digits: 16), high | low != 0,
            let span = Self.number(fields[2], digits: 16), span != 0,
            let flags = Self.number(fields[3], digits: 2)
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
    }

    /// The value of a `traceparent` header, of version 00.
    package var traceparent: String { "00-\(traceID)-\(Self.text(span))-\(isSampled ? "01" : "00")" }

    /// The trace's number, as 32 hexadecimal digits.
    package var traceID: String { Self.text(traceHigh) + Self.text(traceLow) }

    /// The span's number, as 16 hexadecimal digits.
    package var spanID: String { Self.text(span) }

    /// The same trace with another span.
    ///
    /// - Parameter span: the span's number.
    /// - Returns: the place below that span.
    package func below(_ span: UInt64) -> TraceContext {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, span: span, isSampled: isSampled)
    }

    /// A number as 16 hexadecimal digits.
    ///
    /// - Parameter number: the number.
    /// - Returns: the digits, in lower case.
    package static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// A number of just so many digits, in lower case as the recommendation wants it.
    private static func number(_ text: Substring, digits: Int) -> UInt64? {
        guard text.utf8.count == digits,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return UInt64(text, radix: 16)
    }
}
