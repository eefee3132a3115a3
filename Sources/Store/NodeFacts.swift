package import Domain

/// What a coordinator has to know of its former lives when it starts.
package struct NodeFacts: Hashable, Sendable {
    /// No generation greater than this one was handed out.
    package let greatestGeneration: SessionGeneration
    /// Whether a coordinator has ever served with this store: then workers may have its sessions.
    package let hasServed: Bool

    /// Makes facts; those of a new store by default.
    ///
    /// - Parameters:
    ///   - greatestGeneration: no generation greater than this one was handed out.
    ///   - hasServed: whether a coordinator has ever served with this store.
    package init(greatestGeneration: SessionGeneration = SessionGeneration(0), hasServed: Bool = false) {
        self.greatestGeneration = greatestGeneration
        self.hasServed = hasServed
    }

    /// The greater of each fact.
    func raised(by other: Self) -> Self {
        Self(
            greatestGeneration: max(greatestGeneration, other.greatestGeneration),
            hasServed: hasServed || other.hasServed
        )
    }
}
