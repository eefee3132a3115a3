package import Domain

/// Who sent a request, and what it may do.
package struct Caller: Hashable, Sendable {
    /// The name, for logs.
    package let name: String
    /// What it may do.
    package let rights: Rights

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - name: the name, for logs.
    ///   - rights: what it may do.
    package init(name: String, rights: Rights) {
        self.name = name
        self.rights = rights
    }

    /// Checks that the caller may do something.
    ///
    /// - Parameter right: what it wants to do.
    /// - Throws: `forbidden`, with a sentence that names the missing right.
    package func require(_ right: Rights) throws(Failure) {
        guard rights.isSuperset(of: right) else {
            throw Failure(.forbidden, "The caller lacks the right: \(right.subtracting(rights)).")
        }
    }
}

/// What a caller may do.
package struct Rights: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The rights as bits.
    package let rawValue: UInt8

    /// Makes a set of rights from its bits.
    ///
    /// - Parameter rawValue: the rights as bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Run code in sessions.
    package static let execute = Self(rawValue: 1 << 0)
    /// See and change files of sessions.
    package static let files = Self(rawValue: 1 << 1)
    /// List, inspect and stop sessions.
    package static let sessions = Self(rawValue: 1 << 2)
    /// Change pools and nodes.
    package static let administration = Self(rawValue: 1 << 3)

    /// Every right there is.
    package static let all: Self = [.execute, .files, .sessions, .administration]

    package var description: String {
        let names: [(right: Self, name: String)] = [
            (.execute, "execute"), (.files, "files"), (.sessions, "sessions"),
            (.administration, "administration"),
        ]
        return names.filter { contains($0.right) }.map(\.name).joined(separator: ", ")
    }
}
