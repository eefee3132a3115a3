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

    mutating func sessionEntry(_ session: SessionLife) -> UnsafeMutablePointer<Cloister__V1__SessionEntry> {
        let message = message(cloister__v1__session_entry__init)
        message.pointee.session = sessionKey(session.key)
        message.pointee.generation = session.generation.number
        return message
    }

    mutating func sessionDescription(
        _ description: SessionDescription
    ) -> UnsafeMutablePointer<Cloister__V1__SessionDescription> {
        let message = message(cloister__v1__session_description__init)
        message.pointee.session = sessionKey(description.session.key)
        message.pointee.generation = description.session.generation.number
        message.pointee.instance = text(description.instance)
        message.pointee.created_ms = description.createdMilliseconds
        message.pointee.last_accessed_ms = description.lastAccessedMilliseconds
        message.pointee.expires_ms = description.expiresMilliseconds
        return message
    }
}

extension SessionDescription {
    init(_ message: Cloister__V1__SessionDescription) throws(WireError) {
        self.init(
            session: try SessionLife(message.session, message.generation),
            instance: try String(field: message.instance, "instance"),
            createdMilliseconds: message.created_ms,
            lastAccessedMilliseconds: message.last_accessed_ms,
            expiresMilliseconds: message.expires_ms
        )
    }
}

extension ExecutionID {
    init(field: UnsafeMutablePointer<CChar>?) throws(WireError) {
        let text = try String(field: field, "execution")
        self = try checked { () throws(Failure) in try ExecutionID(text) }
    }
}
