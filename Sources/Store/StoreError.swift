/// Why a store could not be opened, read or written, with what to do about it.
///
/// The sentence is for those who operate the node: it names files, and goes to no client.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of a failure; more of them may come.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name, as it appears in logs.
        package let name: String

        private init(_ name: String) { self.name = name }

        /// The file is no sound database.
        package static let damaged = Self("damaged")
        /// A later version has changed the file's schema.
        package static let newerSchema = Self("newerSchema")
        /// The file is a database of something else.
        package static let foreign = Self("foreign")
        /// The file or its folder cannot be used by this user.
        package static let unusable = Self("unusable")
        /// Another process held the file for too long; trying again helps.
        package static let busy = Self("busy")
        /// The disk is full; trying again helps once there is room.
        package static let full = Self("full")
        /// The store was closed.
        package static let closed = Self("closed")
        /// Anything else.
        package static let failed = Self("failed")

        package var description: String { name }
    }

    /// What kind of failure it is.
    package let code: Code
    /// What happened and what to do, in sentences.
    package let message: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: what kind of failure it is.
    ///   - message: what happened and what to do, in sentences.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// The store is not in use any more.
    static let closed = Self(.closed, "The store is closed.")
}
