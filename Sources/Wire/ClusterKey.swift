package import Domain

/// The secret that all nodes of a cluster share.
///
/// It keeps other users of a machine, and whoever else reaches a node's inbox, from giving orders.
package struct ClusterKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The least length, in bytes.
    package static let leastBytes = 32

    /// The secret; keep it out of logs and messages to others than nodes.
    package let bytes: [UInt8]

    /// Takes over a key.
    ///
    /// - Parameter bytes: at least 32 random bytes.
    /// - Throws: `invalidConfiguration` when it is too short to be a secret.
    package init(_ bytes: [UInt8]) throws(Failure) {
        guard bytes.count >= Self.leastBytes, bytes.count <= 256 else {
            throw Failure(.invalidConfiguration, "The cluster key has to be 32 to 256 bytes long.")
        }
        self.bytes = bytes
    }

    /// Compares in a time that does not depend on where the bytes differ.
    ///
    /// - Parameter candidate: the bytes of a message.
    /// - Returns: whether they are the key.
    func matches(_ candidate: [UInt8]) -> Bool {
        guard candidate.count == bytes.count else { return false }
        var difference: UInt8 = 0
        for (own, other) in zip(bytes, candidate) { difference |= own ^ other }
        return difference == 0
    }

    /// Not the secret: values are printed into logs by libraries that know nothing of secrets.
    package var description: String { "ClusterKey(…)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
