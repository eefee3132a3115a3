/// A pool of the control plane as it is kept.
package struct PoolRecord: Hashable, Sendable {
    /// The pool.
    package let name: PoolName
    /// The subscription under which it was made.
    package let subscription: String
    /// The resource group under which it was made.
    package let resourceGroup: String
    /// What was said about it, as JSON, with the secrets' values.
    package let document: [UInt8]
    /// When it was made, in milliseconds since 1970 UTC.
    package let createdMilliseconds: UInt64
    /// When it was last changed, in milliseconds since 1970 UTC.
    package let changedMilliseconds: UInt64

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - name: the pool.
    ///   - subscription: the subscription under which it was made.
    ///   - resourceGroup: the resource group under which it was made.
    ///   - document: what was said about it, as JSON.
    ///   - createdMilliseconds: when it was made.
    ///   - changedMilliseconds: when it was last changed.
    package init(
        name: PoolName,
        subscription: String,
        resourceGroup: String,
        document: [UInt8],
        createdMilliseconds: UInt64,
        changedMilliseconds: UInt64
    ) {
        self.name = name
        self.subscription = subscription
        self.resourceGroup = resourceGroup
        self.document = document
        self.createdMilliseconds = createdMilliseconds
        self.changedMilliseconds = changedMilliseconds
    }
}
