/// The receiving end of a process: every peer sends to it.
package protocol Inbox: Sendable {
    /// The address that the inbox listens at, with the real port where port 0 was asked for.
    ///
    /// A wildcard host stays as it was given: which name peers shall use is the caller's knowledge.
    var address: String { get }

    /// Where a loop that receives is woken without changing threads, if its task prefers this executor.
    var executor: any TaskExecutor { get }

    /// Waits for the next message.
    ///
    /// Several loops may receive at the same time; each message goes to exactly one of them.
    ///
    /// - Returns: The bytes of one message.
    /// - Throws: ``TransportError/Code/cancelled`` when the task is cancelled, and
    ///   ``TransportError/Code/overloaded`` when more receives wait than the inbox allows.
    func receive() async throws(TransportError) -> [UInt8]
}
