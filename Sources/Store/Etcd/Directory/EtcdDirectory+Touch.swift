internal import Domain
internal import Etcd
internal import Logging

/// Keeping in touch.
extension EtcdDirectory {
    /// The pause after a renewal that failed.
    private static let pause: Duration = .milliseconds(200)

    /// Registers and renews until cancelled.
    ///
    /// - Returns: why that will never succeed; nil when cancelled.
    func keepInTouch() async -> StoreError? {
        while !Task.isCancelled {
            let sent = ContinuousClock.now
            var next = sent + .seconds(leaseSeconds) / 3
            do throws(StoreError) {
                if try await !touch(since: sent) { next = .now + Self.pause }
            } catch {
                if Task.isCancelled { break }
                if error.code == .unusable || error.code == .closed { return error }
                next = .now + Self.pause
            }
            try? await Task.sleep(until: next, clock: .continuous)
        }
        return nil
    }

    /// Renews the lease, or asks for one, and shows that this coordinator is there.
    ///
    /// It writes each time: so all coordinators hear of each revision soon, and know that their watches live.
    ///
    /// - Parameter start: a time before this.
    /// - Returns: whether it is in touch.
    /// - Throws: `unusable` when it never will be again, or why it is not now.
    private func touch(since start: ContinuousClock.Instant) async throws(StoreError) -> Bool {
        let until = start + .seconds(leaseSeconds) - Self.margin
        guard let lease = try await renewedLease() else { return false }
        guard let registration else {
            guard try await register(under: lease) else { return false }
            inTouchUntil = until
            return true
        }
        inTouchUntil = until
        let outcome = try await transact(
            EtcdTransaction(
                if: [.isUnchanged(places.coordinator(coordinator.name), since: registration)],
                then: [touchOperation(lease)]
            ),
            under: lease
        )
        // Somebody has removed this coordinator, or another life of it has come.
        if outcome?.held == false { self.registration = nil }
        return outcome?.held ?? false
    }

    /// The lease, renewed or new.
    ///
    /// - Returns: the lease; nil when it has ended.
    private func renewedLease() async throws(StoreError) -> EtcdLease? {
        do throws(EtcdError) {
            if let lease {
                do throws(EtcdError) {
                    try await client.renew(lease)
                    return lease
                } catch  where error.kind == .leaseNotFound {
                    forget(lease)
                    return nil
                }
            }
            let granted = try await client.grantLease(seconds: leaseSeconds)
            lease = granted
            touchNumber += 1
            return granted
        } catch { throw StoreError(error) }
    }

    /// Registers this coordinator, in the place of its former life.
    ///
    /// - Returns: whether it is registered.
    private func register(under lease: EtcdLease) async throws(StoreError) -> Bool {
        let place = places.coordinator(coordinator.name)
        let present = try await read(place)
        if hasRegistered, let present,
            try StoredCoordinator.read(present).record.incarnation != coordinator.incarnation
        {
            throw StoreError(
                .unusable,
                "Another coordinator has registered as \(coordinator.name). Names are for one coordinator each."
            )
        }
        let outcome = try await transact(
            EtcdTransaction(
                if: [EtcdPlaces.condition(place, present?.modifyRevision)],
                then: [.put(place, StoredCoordinator(coordinator).bytes), touchOperation(lease)]
            ),
            under: lease
        )
        guard let outcome, outcome.held else { return false }
        registration = outcome.revision
        hasRegistered = true
        return true
    }

    private func touchOperation(_ lease: EtcdLease) -> EtcdTransaction.Operation {
        .put(places.touch(coordinator.name), Array("\(coordinator.incarnation.number)".utf8), lease: lease)
    }

    /// Notes that a lease is gone, and with it all that stood under it.
    ///
    /// - Parameter ended: the lease.
    func forget(_ ended: EtcdLease) {
        guard lease == ended else { return }
        logger.warning("out of touch with etcd for too long: registering anew")
        (lease, registration, inTouchUntil) = (nil, nil, nil)
    }

    /// Takes back the registration, and whatever stands under the lease; when etcd does not answer, that goes by itself.
    func leave() async {
        let (lease, registration) = (lease, registration)
        (self.lease, self.registration, inTouchUntil) = (nil, nil, nil)
        let (client, place) = (client, places.coordinator(coordinator.name))
        // A task of its own, awaited here: this one is cancelled.
        await Task {
            if let registration {
                let removal = EtcdTransaction(
                    if: [.isUnchanged(place, since: registration)],
                    then: [.remove(.key(place))]
                )
                _ = try? await client.transact(removal)
            }
            if let lease { try? await client.revoke(lease) }
        }.value
    }
}
