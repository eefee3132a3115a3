/// Why a key file could not be used; for the operator, never for a client.
package struct APIKeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of reason; the set may grow.
    package struct Code: Hashable, Sendable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// A system call failed.
        package static let system = Self("system")
        /// The path leads to something other than a regular file.
        package static let notAFile = Self("notAFile")
        /// Others than its owner can read or write the file.
        package static let exposed = Self("exposed")
        /// The file belongs to neither this user nor root.
        package static let foreignOwner = Self("foreignOwner")
        /// The content is no key.
        package static let malformed = Self("malformed")
    }

    /// The kind of reason.
    package let code: Code
    /// The file.
    package let path: String
    /// A sentence that tells the operator what to do.
    package let message: String

    package var description: String { "API key file \(path): \(message)" }
}
