internal import CWire
internal import Domain

extension SessionLife {
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
