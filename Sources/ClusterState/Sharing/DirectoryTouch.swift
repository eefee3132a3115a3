/// How long a coordinator is in touch with the directory that it shares.
package struct DirectoryTouch: Hashable, Sendable {
    /// Until then nobody sees vanish what this coordinator has said under this touch.
    package let until: Duration
    /// Counts the times that touch was lost: what was said under another one has to be said anew.
    package let number: UInt64

    /// Makes a touch.
    ///
    /// - Parameters:
    ///   - until: until when, in the coordinator's time since its start.
    ///   - number: counts the times that touch was lost.
    package init(until: Duration, number: UInt64) {
        self.until = until
        self.number = number
    }
}
