internal import CWire
package import Domain

/// One life of a session.
package struct SessionReference: Hashable, Sendable {
    /// The session's name in the cluster.
    package var key: SessionKey
    /// Which of the identifier's sessions is meant.
    package var generation: SessionGeneration

    /// Makes a reference.
    ///
    /// - Parameters:
    ///   - key: the session's name in the cluster.
    ///   - generation: which of the identifier's sessions is meant.
    package init(key: SessionKey, generation: SessionGeneration) {
        self.key = key
        self.generation = generation
    }

    init(
        _ key: UnsafeMutablePointer<Cloister__V1__SessionKey>?,
        _ generation: UInt64
    ) throws(WireError) {
        let message = try required(key, "session")
        let pool = try String(field: message.pool, "pool")
        let identifier = try String(utf8: message.identifier, "identifier")
        self.init(
            key: SessionKey(
                pool: try checked { () throws(Failure) in try PoolName(pool) },
                identifier: try checked { () throws(Failure) in try SessionIdentifier(identifier) }
            ),
            generation: SessionGeneration(generation)
        )
    }
}

extension Arena {
    mutating func sessionKey(_ key: SessionKey) -> UnsafeMutablePointer<Cloister__V1__SessionKey> {
        let message = message(cloister__v1__session_key__init)
        message.pointee.pool = text(key.pool.text)
        message.pointee.identifier = bytes(key.identifier.text.utf8)
        return message
    }
}

extension ExecutionID {
    init(field: UnsafeMutablePointer<CChar>?) throws(WireError) {
        let text = try String(field: field, "execution")
        self = try checked { () throws(Failure) in try ExecutionID(text) }
    }
}
