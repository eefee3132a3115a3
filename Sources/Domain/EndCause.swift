/// Why a session ended; it stands in the session's tombstone.
package struct EndCause: Hashable, Sendable, CustomStringConvertible {
    /// The stable name, as it appears in the API, in logs and in metrics.
    package let name: String

    private init(_ name: String) { self.name = name }

    /// No request came for the length of the cooldown.
    package static let cooldown = Self("cooldown")
    /// The session reached the greatest age that its pool allows.
    package static let maxAlive = Self("maxAlive")
    /// A client stopped it.
    package static let stopped = Self("stopped")
    /// The worker that ran it died or lost its lease.
    package static let workerLost = Self("workerLost")
    /// Its QEMU process or its guest agent ended by itself.
    package static let guestCrashed = Self("guestCrashed")
    /// The guest stopped answering and was ended.
    package static let guestUnresponsive = Self("guestUnresponsive")
    /// The guest ran out of memory.
    package static let outOfMemory = Self("outOfMemory")
    /// Its pool was deleted.
    package static let poolDeleted = Self("poolDeleted")
    /// Its worker was drained.
    package static let drained = Self("drained")
    /// The sandbox for it could not be made.
    package static let startFailed = Self("startFailed")

    /// All causes there are.
    package static let all: [Self] = [
        .cooldown, .maxAlive, .stopped, .workerLost, .guestCrashed, .guestUnresponsive, .outOfMemory,
        .poolDeleted, .drained, .startFailed,
    ]

    /// Finds a cause by its name.
    ///
    /// - Parameter name: a name as found in a message.
    /// - Returns: the cause, or nil when this version does not know it.
    package static func named(_ name: String) -> Self? { all.first { $0.name == name } }

    package var description: String { name }
}
