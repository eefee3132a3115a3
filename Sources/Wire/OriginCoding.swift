internal import CWire
internal import Domain

extension Arena {
    mutating func origin(_ origin: RequestOrigin) -> UnsafeMutablePointer<Cloister__V1__Origin> {
        let message = message(cloister__v1__origin__init)
        message.pointee.trace_high = origin.trace.traceHigh
        message.pointee.trace_low = origin.trace.traceLow
        message.pointee.span = origin.trace.span
        message.pointee.is_sampled = origin.trace.isSampled ? 1 : 0
        message.pointee.account = text(origin.account)
        return message
    }
}

extension RequestOrigin {
    /// Reads an origin; nil when there is none.
    init?(_ message: UnsafeMutablePointer<Cloister__V1__Origin>?) throws(WireError) {
        guard let message = message?.pointee else { return nil }
        let account = try String(field: message.account, "account")
        guard account.utf8.count <= RequestOrigin.accountBytesMax else {
            throw WireError(.invalidField, "The account's name is too long.")
        }
        guard message.trace_high | message.trace_low != 0, message.span != 0 else {
            throw WireError(.invalidField, "The trace or its span has no number.")
        }
        let trace = TraceContext(
            traceHigh: message.trace_high,
            traceLow: message.trace_low,
            span: message.span,
            isSampled: message.is_sampled != 0
        )
        self.init(trace: trace, account: account)
    }
}
