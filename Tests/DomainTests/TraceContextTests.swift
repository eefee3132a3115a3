import Domain
import Testing

@Suite("Trace context")
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test("A header is read and written again")
    func roundTrip() throws {
        let header = "00-\(Self.trace)-00f067aa0ba902b7-01"
        let context = try #require(TraceContext(traceparent: header))
        #expect(context.traceID == Self.trace)
        #expect(context.spanID == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.traceparent == header)
        #expect(context.below(1).traceparent == "00-\(Self.trace)-0000000000000001-01")
    }

    @Test("A later version may add, and flags that are not known are left out")
    func later() throws {
        let context = try #require(
            TraceContext(traceparent: "01-\(Self.trace)-00f067aa0ba902b7-02-what-comes-later")
        )
        #expect(context.traceparent == "00-\(Self.trace)-00f067aa0ba902b7-00")
    }

    @Test(
        "What is no such header begins no trace",
        arguments: [
            "", "00", "00-\(trace)-00f067aa0ba902b7", "00-\(trace)-00f067aa0ba902b7-01-more",
            "ff-\(trace)-00f067aa0ba902b7-01", "00-\(trace.uppercased())-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace)0-0f067aa0ba902b7-01", "00-\(trace)-+0f067aa0ba902b7-01",
            "00-\(trace)-00f067aa0ba902b7-1",
            "01-\(trace)-00f067aa0ba902b7-01-" + String(repeating: "a", count: 300),
            "00-é\(trace)-00f067aa0ba902b7-01",
        ]
    )
    func refused(header: String) { #expect(TraceContext(traceparent: header) == nil) }

    @Test("A trace that begins has numbers, and the name of an account has a bound")
    func begins() {
        var generator = SystemRandomNumberGenerator()
        let context = TraceContext(isSampled: true, using: &generator)
        #expect(TraceContext(traceparent: context.traceparent) == context)
        let origin = RequestOrigin(trace: context, account: String(repeating: "ü🧪", count: 100))
        #expect(origin.account.utf8.count <= RequestOrigin.accountBytesMax)
        #expect(RequestOrigin(trace: context, account: "key-1").account == "key-1")
    }
}
