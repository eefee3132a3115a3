/// One life of a session: an identifier's session of one generation.
package struct SessionLife: Hashable, Sendable, CustomStringConvertible {
    /// The session's name in the cluster.
    package let key: SessionKey
    /// Which of the identifier's sessions is meant.
    package let generation: SessionGeneration

    /// Names a session's life.
    ///
    /// - Parameters:
    ///   - key: the session's name in the cluster.
    ///   - generation: which of the identifier's sessions is meant.
    package init(key: SessionKey, generation: SessionGeneration) {
        self.key = key
        self.generation = generation
    }

    package var description: String { "\(key)@\(generation.number)" }
}
