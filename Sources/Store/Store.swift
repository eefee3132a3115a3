package import Domain

/// What a coordinator remembers over its restarts: the ends of sessions, API keys, pools, rotations of MCP keys,
/// the workers that are drained, and facts about itself.
///
/// Every call is one transaction: it happens as a whole or, when it throws, not at all. A call that has
/// begun is finished also when its task is cancelled, so that a flush at shutdown loses nothing.
package protocol Store: KeyStore, MCPKeyStore, NodeStore, PoolStore, StoreChanges {
    /// Keeps records; of a session that has one already, the first stays, as ends are reported repeatedly.
    ///
    /// - Parameter records: what to keep, some hundreds at most.
    /// - Throws: why none of them was kept.
    func keep(_ records: [EndedSessionRecord]) async throws(StoreError)

    /// Reads the ends of an identifier's sessions.
    ///
    /// - Parameters:
    ///   - key: the sessions' name.
    ///   - most: how many at most; then the newest.
    /// - Returns: the records, oldest first.
    /// - Throws: why they cannot be read.
    func records(of key: SessionKey, most: Int) async throws(StoreError) -> [EndedSessionRecord]

    /// Reads the ends of all sessions page by page, newest first.
    ///
    /// - Parameters:
    ///   - earliest: the earliest end that is wanted, in milliseconds since 1970.
    ///   - cursor: where the page begins; nil for the newest record.
    ///   - most: how many records a page has at most; at least 1.
    /// - Returns: the records and where the next page begins.
    /// - Throws: why they cannot be read.
    func page(
        from earliest: UInt64,
        before cursor: EndedSessionCursor?,
        most: Int
    ) async throws(StoreError) -> EndedSessionPage

    /// Removes records by age and by number, in short transactions.
    ///
    /// - Parameters:
    ///   - earliest: the earliest end that is kept, in milliseconds since 1970.
    ///   - count: how many records are kept at most; those that were kept first give way.
    /// - Returns: how many were removed.
    /// - Throws: why not all of them could be removed.
    func removeRecords(
        endedBefore earliest: UInt64,
        beyondNewest count: Int
    ) async throws(StoreError) -> Int

    /// Reads the facts.
    ///
    /// - Returns: the facts; those of a new store say nothing.
    /// - Throws: why they cannot be read.
    func facts() async throws(StoreError) -> NodeFacts

    /// Raises the facts: each becomes the greater of the kept and the given one.
    ///
    /// - Parameter facts: what is known now.
    /// - Throws: why they could not be kept.
    func raise(_ facts: NodeFacts) async throws(StoreError)

    /// Ends the use of the store; calls from then on throw `closed`.
    func close() async
}
