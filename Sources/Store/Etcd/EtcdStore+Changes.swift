internal import Etcd

/// What other coordinators change in etcd.
extension EtcdStore {
    package func changes() -> AsyncStream<StoreArea> {
        // Unbounded, as operators make these changes and none may be missed; there are few.
        let (areas, found) = AsyncStream.makeStream(of: StoreArea.self, bufferingPolicy: .unbounded)
        let (client, places) = (client, places)
        // It ends with its reader, by the handler below, or with the client.
        let watching = Task {
            await withTaskGroup(of: Void.self) { group in
                for area in StoreArea.allCases {
                    let watch = EtcdWatch(client, .prefix(places.prefix(of: area)))
                    group.addTask { await Self.follow(watch) { found.yield(area) } }
                }
            }
            found.finish()
        }
        found.onTermination = { _ in watching.cancel() }
        return areas
    }

    /// Follows an area until cancelled, or until the client is closed.
    private static func follow(_ watch: EtcdWatch, _ tell: @Sendable () -> Void) async {
        do throws(EtcdError) {
            try await watch.run { change in
                switch change {
                case .everything, .caughtUp: tell()
                case .put, .removed: break
                }
            }
        } catch {
            // Whoever is refused here is refused what it reads, and is told so then.
            return
        }
    }
}

extension EtcdPlaces {
    fileprivate func prefix(of area: StoreArea) -> String {
        switch area {
        case .drains: drains
        case .keys: apiKeys
        case .mcpKeys: mcpKeys
        case .pools: pools
        }
    }
}
