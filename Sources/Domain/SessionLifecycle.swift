/// What ends a session that nobody stops.
package enum SessionLifecycle: Hashable, Sendable {
    /// It ends when no request came for the length of the cooldown.
    case timed(cooldown: Duration)
    /// It ends when it has lived so long, whatever happens in it; silence does not end it.
    case onContainerExit(maxAlive: Duration)

    /// The name of the kind, as the contract has it.
    package var name: String {
        switch self {
        case .timed: "Timed"
        case .onContainerExit: "OnContainerExit"
        }
    }

    /// How long: the cooldown or the greatest age.
    package var duration: Duration {
        switch self {
        case .timed(let cooldown): cooldown
        case .onContainerExit(let maxAlive): maxAlive
        }
    }
}
