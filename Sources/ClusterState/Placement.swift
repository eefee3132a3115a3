package import Domain

/// Where a session is: an entry of the directory.
package struct Placement: Hashable, Sendable {
    /// How far the session is.
    package enum State: Hashable, Sendable {
        /// The worker was chosen, but has not said yet that it took the session.
        case placing
        /// Another coordinator has placed it; the worker may have it already, or is to get it with the next request.
        case known
        /// The worker has it.
        case live
        /// The worker was told to end it, but has not said yet that it did.
        case stopping
        /// It has ended, but the directory that coordinators share has not taken that yet.
        case ended
    }

    /// The session.
    package let session: SessionLife
    /// The worker that has it or shall have it.
    package let worker: WorkerLife
    /// How far the session is.
    package internal(set) var state: State

    /// Whether the worker may begin the session with the next request.
    package var mayCreate: Bool { state == .placing || state == .known }
}

/// What became of the wish for a session.
package enum PlacementAnswer: Hashable, Sendable {
    /// The identifier has a session already, or one that is just placed.
    case existing(Placement)
    /// A session begins with this call; its worker may create it.
    case created(Placement)

    /// Where the session is.
    package var placement: Placement {
        switch self {
        case .existing(let placement), .created(let placement): placement
        }
    }
}
