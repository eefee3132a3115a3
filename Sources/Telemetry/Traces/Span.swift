package import Domain

/// A part of the way of a request, with its time.
package struct Span: Sendable {
    /// What a span stands for, with the numbers of OTLP.
    package enum Kind: Int, Sendable {
        /// Something within a process.
        case within = 1
        /// What a process does because another one asked.
        case server = 2
        /// The wait for another process.
        case client = 3
    }

    /// What an attribute may be.
    package enum Value: Sendable {
        /// A text.
        case text(String)
        /// A whole number.
        case number(Int)
    }

    /// What was done, of a closed set.
    package let name: String
    /// What it stands for.
    package let kind: Kind
    /// Its trace and its own number.
    package let place: TraceContext
    /// The span that it is a part of; nil for the first of a trace.
    package let parent: UInt64?
    /// When it began.
    package let start: ContinuousClock.Instant
    /// When it ended.
    package let end: ContinuousClock.Instant
    /// More about it: names of sessions and executions, but neither code nor secrets.
    package var attributes: [(name: String, value: Value)] = []
    /// Why it failed; nil when it did not.
    package var trouble: String?

    /// Makes a span that is over.
    ///
    /// - Parameters:
    ///   - name: what was done.
    ///   - kind: what it stands for.
    ///   - place: its trace and its own number.
    ///   - parent: the span that it is a part of.
    ///   - start: when it began.
    ///   - end: when it ended.
    package init(
        _ name: String,
        _ kind: Kind,
        at place: TraceContext,
        below parent: UInt64?,
        from start: ContinuousClock.Instant,
        to end: ContinuousClock.Instant = .now
    ) {
        self.name = name
        self.kind = kind
        self.place = place
        self.parent = parent
        self.start = start
        self.end = max(start, end)
    }

    /// The span with one more attribute.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - value: its value.
    /// - Returns: the span.
    package func with(_ name: String, _ value: Value) -> Span {
        var span = self
        span.attributes.append((name, value))
        return span
    }
}
