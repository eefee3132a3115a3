/// What the shared directory has of it that a coordinator hears a worker's life.
package struct DirectoryHearing: Hashable, Sendable {
    /// The number of the touch under which it was told: it vanishes with that.
    package let touch: UInt64
    /// The revision that wrote it.
    package let revision: UInt64

    /// Makes a note.
    ///
    /// - Parameters:
    ///   - touch: the number of the touch under which it was told.
    ///   - revision: the revision that wrote it.
    package init(touch: UInt64, revision: UInt64) {
        self.touch = touch
        self.revision = revision
    }
}
