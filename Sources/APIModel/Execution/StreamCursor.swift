package import Domain

/// A place in an execution's stream of events, as the `id` of an event and as `Last-Event-ID`.
///
/// It is what a client has seen: so many events, and so much of each output stream, which a limit of the
/// client's counts on from there.
package struct StreamCursor: Hashable, Sendable, CustomStringConvertible {
    /// The event to read next.
    package internal(set) var sequence: UInt64
    /// How much standard output came before, in bytes of UTF-8.
    var outputBytes: Int
    /// How much standard error came before, in bytes of UTF-8.
    var errorBytes: Int

    /// The beginning.
    package init() { (sequence, outputBytes, errorBytes) = (0, 0, 0) }

    /// Reads a cursor.
    ///
    /// - Parameter text: the `id` of an event.
    /// - Throws: `sessionRequestValidationFailed` when it is none.
    package init(_ text: String) throws(Failure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let sequence = UInt64(parts[0]), sequence <= UInt64(UInt32.max),
            let outputBytes = Int(parts[1]), let errorBytes = Int(parts[2]),
            min(outputBytes, errorBytes) >= 0, max(outputBytes, errorBytes) <= 1 << 40
        else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The header Last-Event-ID has to be the id of an event of this stream."
            )
        }
        (self.sequence, self.outputBytes, self.errorBytes) = (sequence, outputBytes, errorBytes)
    }

    package var description: String { "\(sequence).\(outputBytes).\(errorBytes)" }
}
