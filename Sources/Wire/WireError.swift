/// Why bytes could not be turned into a message, or a message into bytes.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of trouble.
    package struct Code: Hashable, Sendable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// The bytes are not a message of the expected kind.
        package static let malformed = Self("malformed")
        /// A field has a value that it must not have.
        package static let invalidField = Self("invalidField")
        /// The message, or the size that it declares, is over the limit.
        package static let tooLarge = Self("tooLarge")
        /// The sender does not know the cluster's key.
        package static let foreign = Self("foreign")
        /// The sender speaks another major version.
        package static let incompatibleVersion = Self("incompatibleVersion")
    }

    /// The kind of trouble.
    package let code: Code
    /// What is wrong, in one sentence.
    package let message: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: the kind of trouble.
    ///   - message: what is wrong, in one sentence.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
