package import Domain

/// How a session ended; an addition of Cloister to the contract.
package struct EndedSessionResource: Hashable, Sendable, Decodable {
    /// The session's identifier.
    package let identifier: String
    /// Why it ended, a name of `EndCause`.
    package let cause: String
    /// When the coordinator learned of it.
    package let endedAt: String
    /// The worker that had it.
    package let worker: String

    /// Puts the members together.
    ///
    /// - Parameter record: the session's tombstone.
    package init(_ record: EndedSessionRecord) {
        identifier = record.session.key.identifier.text
        cause = record.causeName
        endedAt = Timestamp(epochMilliseconds: record.epochMilliseconds).text
        worker = record.worker.text
    }

    /// What an error says of the end beside its own members, `innererror` in the contract.
    package var innerError: JSONValue {
        .object([
            .init("code", .string("SessionEnded")), .init("cause", .string(cause)),
            .init("endedAt", .string(endedAt)),
        ])
    }

    /// The body of a list.
    ///
    /// - Parameter resources: the ended sessions.
    /// - Returns: the JSON.
    package static func encoded(_ resources: [Self]) -> [UInt8] {
        JSONValue.object([.init("value", .array(resources.map(\.json)))]).encoded
    }

    /// The ended session as JSON.
    package var json: JSONValue {
        .object([
            .init("identifier", .string(identifier)), .init("cause", .string(cause)),
            .init("endedAt", .string(endedAt)), .init("worker", .string(worker)),
        ])
    }
}
