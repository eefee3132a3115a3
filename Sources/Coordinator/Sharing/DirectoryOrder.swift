internal import ClusterState
internal import Domain

/// What ``DirectoryRunner`` carries out.
enum DirectoryOrder: Sendable {
    /// Tell that this coordinator hears a worker's life.
    case hear(WorkerLife, address: String, replacing: UInt64?, sessions: [SessionLife]?)
    /// Tell that it does not hear a life any more.
    case unhear(WorkerLife, upTo: UInt64)
    /// Declare a worker lost.
    case declareLost(WorkerRecord)
    /// Mark sessions as lost, with these tombstones.
    case markLost([EndedSessionRecord])
    /// Take the mark of a lost session away.
    case takeLoss(SessionLife)

    /// The order that a directive means for the directory, if it means one.
    init?(_ directive: Directive) {
        switch directive {
        case .hear(let life, let address, let revision, let sessions):
            self = .hear(life, address: address, replacing: revision, sessions: sessions)
        case .unhear(let life, let revision): self = .unhear(life, upTo: revision)
        case .declareLost(let record): self = .declareLost(record)
        case .markLost(let tombstones): self = .markLost(tombstones.map { EndedSessionRecord($0) })
        case .takeLoss(let session): self = .takeLoss(session)
        default: return nil
        }
    }
}
