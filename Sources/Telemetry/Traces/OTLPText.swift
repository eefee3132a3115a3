internal import Domain

/// Spans in the JSON encoding of OTLP, as `POST /v1/traces` takes them.
package struct OTLPText: Sendable {
    private let service: String
    private let instance: String
    private let tracer: Tracer

    /// Makes an encoder for the spans of a process.
    ///
    /// - Parameters:
    ///   - service: what kind of process it is.
    ///   - instance: which one.
    ///   - tracer: where the spans come from; it knows the time of day.
    package init(service: String, instance: String, tracer: Tracer) {
        self.service = service
        self.instance = instance
        self.tracer = tracer
    }

    /// Writes spans.
    ///
    /// - Parameter spans: the spans.
    /// - Returns: the body of a request.
    package func body(_ spans: [Span]) -> String {
        let resource = attributes([
            ("service.name", .text(service)), ("service.instance.id", .text(instance)),
            ("service.version", .text(ProductVersion.text)),
        ])
        let scope = #"{"name":"cloister","version":\#(LogLine.quoted(ProductVersion.text))}"#
        let list = spans.map(text).joined(separator: ",")
        return
            #"{"resourceSpans":[{"resource":{"attributes":\#(resource)},"scopeSpans":[{"scope":\#(scope),"spans":["#
            + list + "]}]}]}"
    }

    private func text(_ span: Span) -> String {
        var members = [
            #""traceId":"\#(span.place.traceID)""#, #""spanId":"\#(span.place.spanID)""#,
            #""name":\#(LogLine.quoted(span.name))"#, #""kind":\#(span.kind.rawValue)"#,
            // 64-bit numbers are texts in JSON.
            #""startTimeUnixNano":"\#(tracer.nanoseconds(of: span.start))""#,
            #""endTimeUnixNano":"\#(tracer.nanoseconds(of: span.end))""#,
            #""attributes":\#(attributes(span.attributes))"#,
        ]
        if let parent = span.parent { members.append(#""parentSpanId":"\#(TraceContext.text(parent))""#) }
        if let trouble = span.trouble {
            members.append(#""status":{"code":2,"message":\#(LogLine.quoted(trouble))}"#)
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private func attributes(_ attributes: [(name: String, value: Span.Value)]) -> String {
        let list = attributes.map { name, value in
            let text =
                switch value {
                case .text(let text): #"{"stringValue":\#(LogLine.quoted(text))}"#
                case .number(let number): #"{"intValue":"\#(number)"}"#
                }
            return #"{"key":\#(LogLine.quoted(name)),"value":\#(text)}"#
        }
        return "[" + list.joined(separator: ",") + "]"
    }
}
