/// On whose behalf something is done, and in which trace; it goes with a request from node to node.
package struct RequestOrigin: Hashable, Sendable {
    /// The longest name of an account, in bytes.
    package static let accountBytesMax = 128

    /// Its place in a trace.
    package var trace: TraceContext
    /// Who is billed: an API key's identifier, or the issuer of a token; empty when nobody is.
    package var account: String
    /// The execution that it is about; known where it is at work, not sent with it.
    package var execution: ExecutionID?

    /// Makes an origin.
    ///
    /// - Parameters:
    ///   - trace: its place in a trace.
    ///   - account: who is billed; cut when it is too long.
    package init(trace: TraceContext, account: String = "") {
        self.trace = trace
        self.account =
            account.utf8.count <= Self.accountBytesMax
            ? account : String(account.unicodeScalars.prefix(Self.accountBytesMax / 4))
    }
}
