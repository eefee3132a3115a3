/// Standard output takes no more.
package struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's number of the error.
    package let number: Int32
    /// What the system says.
    package let description: String

    /// Whether whoever read it has gone, as `head` does when it has seen enough.
    package let isReaderGone: Bool
}
