import Testing
import Transport

/// All suites that open sockets, one test after the other: the storms count this process's descriptors.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum Sockets {}

/// Runs `body` and demands that it fails with a code of the transport.
func expectFailure<Value>(
    _ code: TransportError.Code,
    _ body: () async throws -> Value,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    do {
        _ = try await body()
        Issue.record("Expected \(code), but nothing was thrown.", sourceLocation: sourceLocation)
    } catch let error as TransportError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("Expected \(code), got \(error).", sourceLocation: sourceLocation)
    }
}
