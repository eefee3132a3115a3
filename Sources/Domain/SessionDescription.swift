/// What is known of a session that lives; times of day are its worker's, in milliseconds since 1970.
package struct SessionDescription: Hashable, Sendable {
    /// The session.
    package let session: SessionLife
    /// A name for this life of the session that does not repeat when the identifier is used again.
    package let instance: String
    /// When it began.
    package let createdMilliseconds: UInt64
    /// When it was last used; now while code runs in it.
    package let lastAccessedMilliseconds: UInt64
    /// When it ends if nothing happens before.
    package let expiresMilliseconds: UInt64

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - session: the session.
    ///   - instance: a name for this life of the session.
    ///   - createdMilliseconds: when it began, in milliseconds since 1970.
    ///   - lastAccessedMilliseconds: when it was last used, in milliseconds since 1970.
    ///   - expiresMilliseconds: when it ends if nothing happens before, in milliseconds since 1970.
    package init(
        session: SessionLife,
        instance: String,
        createdMilliseconds: UInt64,
        lastAccessedMilliseconds: UInt64,
        expiresMilliseconds: UInt64
    ) {
        self.session = session
        self.instance = instance
        self.createdMilliseconds = createdMilliseconds
        self.lastAccessedMilliseconds = lastAccessedMilliseconds
        self.expiresMilliseconds = expiresMilliseconds
    }
}

/// A page of the sessions of a pool, in the order in which they began.
package struct SessionPage: Hashable, Sendable {
    /// The sessions.
    package let sessions: [SessionDescription]
    /// How many sessions of the pool come before the next page; nil when there is none.
    package let next: Int?

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - sessions: the sessions.
    ///   - next: how many sessions of the pool come before the next page, if there is one.
    package init(sessions: [SessionDescription], next: Int?) {
        self.sessions = sessions
        self.next = next
    }
}
