package import Domain

/// What a worker does with a request for a session.
package enum SessionAdmission: Hashable, Sendable {
    /// The session is here and takes it.
    case serve
    /// The session is to be made.
    case create
    /// An older session of the identifier is here: it ends first, then the new one is made.
    case replace
    /// The request is for an earlier session, or for one that has ended.
    case stale
    /// There is no such session and the request may not make one.
    case unknown
    /// There is no room for another session.
    case full

    /// Decides from the generations at hand.
    ///
    /// - Parameters:
    ///   - requested: the generation that the request names.
    ///   - live: the generation of the identifier's live session, if it has one here.
    ///   - ended: the newest generation of the identifier that has ended here, if any.
    ///   - mayCreate: whether the request may make a session.
    ///   - hasRoom: whether another session fits.
    /// - Returns: what to do.
    package static func decide(
        requested: SessionGeneration,
        live: SessionGeneration?,
        ended: SessionGeneration?,
        mayCreate: Bool,
        hasRoom: Bool
    ) -> Self {
        if let live {
            if requested == live { return .serve }
            if requested < live { return .stale }
            return mayCreate ? .replace : .unknown
        }
        if let ended, requested <= ended { return .unknown }
        guard mayCreate else { return .unknown }
        return hasRoom ? .create : .full
    }
}
