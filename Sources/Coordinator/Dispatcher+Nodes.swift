internal import ClusterState
package import Domain
internal import Wire

/// The nodes themselves, and the consoles of guests.
extension Dispatcher: NodeDispatch {
    /// How long a worker may take to tell something of itself.
    private static let nodePatience: Duration = .seconds(2)

    @concurrent
    package func nodes() async -> [NodeDescription] {
        let known = await node.knownNodes(address: address)
        return await withTaskGroup(of: (Int, WorkerDescription?).self) { group in
            var described = known.map(\.node)
            for (place, entry) in known.enumerated() {
                guard let link = entry.link else { continue }
                group.addTask {
                    guard
                        case .worker(let own) = try? await link.ask(
                            .describeWorker,
                            by: .now + Self.nodePatience
                        )
                    else { return (place, nil) }
                    return (place, own)
                }
            }
            for await (place, own) in group {
                described[place].worker?.own = own
                described[place].version = own?.version
                described[place].startedMilliseconds = own?.startedMilliseconds
            }
            return described
        }
    }

    @concurrent
    package func console(of session: SessionKey) async throws(Failure) -> [UInt8] {
        _ = try await node.pool(named: session.pool)
        let gone = Failure(.noSessionFound, "Could not find session with name '\(session.identifier)'.")
        let silence = Failure(
            .noWorkerAvailable,
            "The session's worker does not answer at the moment; ask again.",
            retryAfterSeconds: 1
        )
        let life: SessionLife
        let link: WorkerLink?
        if let placement = await node.placement(of: session) {
            life = placement.session
            link = await node.link(to: placement.worker)
        } else {
            // Its worker keeps it for a while after the session's end.
            guard let end = await tombstones.endedSessions(of: session, most: 1).last else { throw gone }
            life = end.session
            link = await node.link(to: end.worker)
            if link == nil { throw gone }
        }
        guard let link else { throw silence }
        let answer = try? await link.ask(.readConsole(life), by: .now + Self.nodePatience)
        switch answer {
        case .console(let text): return text
        case .sessionGone: throw gone
        default: throw silence
        }
    }
}
