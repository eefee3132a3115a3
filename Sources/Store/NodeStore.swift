package import Domain

/// What a coordinator remembers of the workers that are drained.
package protocol NodeStore: Sendable {
    /// Keeps a wish, in the place of a former one for the same worker.
    ///
    /// - Parameter drain: the wish.
    /// - Throws: why it was not kept; what was kept before still is then.
    func keepDrain(_ drain: NodeDrain) async throws(StoreError)

    /// Removes a wish, if there is one.
    ///
    /// - Parameter worker: whose.
    /// - Throws: why it could not be removed.
    func removeDrain(of worker: WorkerID) async throws(StoreError)

    /// Reads all wishes.
    ///
    /// - Returns: the wishes, by the workers' names.
    /// - Throws: why they cannot be read.
    func drains() async throws(StoreError) -> [NodeDrain]
}
