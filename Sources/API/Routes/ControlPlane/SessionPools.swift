internal import APIModel
internal import Coordinator
internal import Domain
internal import FoundationEssentials

/// The pools of the cluster as resources: those of the configuration, and those that were made here.
struct SessionPools: Sendable {
    let control: any PoolControl

    /// A pool as a resource, with its history where it has one.
    struct Pool: Sendable {
        let resource: SessionPoolResource
        let history: SessionPoolResource.History?

        func rendered(for version: APIVersion, origin: String) -> JSONValue {
            resource.rendered(for: version, history: history, origin: origin)
        }
    }

    /// Finds a pool.
    ///
    /// - Parameter address: where it stands; a pool of the configuration stands in every group.
    /// - Returns: the pool.
    /// - Throws: `resourceNotFound`.
    func pool(at address: SessionPoolAddress) async throws(Failure) -> Pool {
        if let declared = control.declaredPools.first(where: { $0.name == address.name }) {
            return Pool(resource: SessionPoolResource(of: declared, at: address), history: nil)
        }
        return try Pool(try await record(at: address))
    }

    /// Lists pools.
    ///
    /// - Parameters:
    ///   - subscription: of which subscription.
    ///   - group: of which resource group; nil for all.
    /// - Returns: the pools, those of the configuration first.
    /// - Throws: `internalError` when a record cannot be read.
    func pools(subscription: String, group: String?) async throws(Failure) -> [Pool] {
        let place = { (name: PoolName) in
            SessionPoolAddress(
                subscription: subscription,
                resourceGroup: group ?? SessionPoolAddress.standardGroup,
                name: name
            )
        }
        let declared = control.declaredPools.map {
            Pool(resource: SessionPoolResource(of: $0, at: place($0.name)), history: nil)
        }
        var made: [Pool] = []
        for record in await control.pools() where record.isIn(subscription: subscription, group: group) {
            made.append(try Pool(record))
        }
        return declared + made
    }

    /// All pools of the cluster, wherever they stand.
    ///
    /// - Returns: the pools, those of the configuration first.
    /// - Throws: `internalError` when a record cannot be read.
    func all() async throws(Failure) -> [Pool] {
        let declared = control.declaredPools.map { pool in
            let address = SessionPoolAddress(
                subscription: SessionPoolAddress.standardSubscription,
                resourceGroup: SessionPoolAddress.standardGroup,
                name: pool.name
            )
            return Pool(resource: SessionPoolResource(of: pool, at: address), history: nil)
        }
        var made: [Pool] = []
        for record in await control.pools() { made.append(try Pool(record)) }
        return declared + made
    }

    /// Makes a pool or replaces one.
    ///
    /// - Parameters:
    ///   - body: the body of PUT.
    ///   - address: where it stands.
    ///   - version: the version of the body.
    /// - Returns: the pool, and whether it is new.
    /// - Throws: what the reference says of bad resources, and why it could not be kept.
    func put(
        _ body: JSONValue,
        at address: SessionPoolAddress,
        _ version: APIVersion
    ) async throws(Failure) -> (Pool, isNew: Bool) {
        let present = await control.pools().first { $0.name == address.name }
        if let present, !present.isIn(subscription: address.subscription, group: address.resourceGroup) {
            throw Failure(
                .propertyChangeNotAllowed,
                "The pool \(address.name) stands in another resource group; names of pools are unique in a cluster."
            )
        }
        let resource = try SessionPoolResource.made(
            from: body,
            at: address,
            replacing: try present.map { record throws(Failure) in try Pool(record).resource },
            version: version
        )
        return (try await keep(resource, replacing: present), present == nil)
    }

    /// Changes a pool.
    ///
    /// - Parameters:
    ///   - patch: the body of PATCH.
    ///   - address: where it stands.
    /// - Returns: the changed pool.
    /// - Throws: what the reference says of bad resources, and why it could not be kept.
    func patch(_ patch: JSONValue, at address: SessionPoolAddress) async throws(Failure) -> Pool {
        let present = try await changeable(at: address)
        return try await keep(try Pool(present).resource.updated(with: patch), replacing: present)
    }

    /// Removes a pool.
    ///
    /// - Parameter address: where it stands.
    /// - Returns: whether there was one; its sessions may take a moment to end.
    /// - Throws: why it could not be removed.
    func delete(at address: SessionPoolAddress) async throws(Failure) -> Bool {
        let present: PoolRecord
        do throws(Failure) {
            present = try await changeable(at: address)
        } catch {
            guard error.code == .resourceNotFound else { throw error }
            return false
        }
        try await control.remove(present)
        return true
    }

    /// Whether a removed pool still has sessions.
    func isEnding(_ name: PoolName) async -> Bool { await control.isEnding(name) }

    private func keep(
        _ resource: SessionPoolResource,
        replacing present: PoolRecord?
    ) async throws(Failure) -> Pool {
        let now = WallClock.milliseconds
        let record = PoolRecord(
            name: resource.address.name,
            subscription: resource.address.subscription,
            resourceGroup: resource.address.resourceGroup,
            document: resource.document.encoded,
            createdMilliseconds: present?.createdMilliseconds ?? now,
            changedMilliseconds: now
        )
        try await control.keep(record, as: try resource.configuration(), replacing: present)
        return try Pool(record)
    }

    /// The record of a pool that is not one of the configuration.
    private func changeable(at address: SessionPoolAddress) async throws(Failure) -> PoolRecord {
        guard !control.declaredPools.contains(where: { $0.name == address.name }) else {
            throw Failure(
                .propertyChangeNotAllowed,
                "The pool \(address.name) stands in the configuration of the coordinator. Change it there."
            )
        }
        return try await record(at: address)
    }

    private func record(at address: SessionPoolAddress) async throws(Failure) -> PoolRecord {
        let found = await control.pools().first { record in
            record.name == address.name
                && record.isIn(subscription: address.subscription, group: address.resourceGroup)
        }
        guard let found else {
            throw Failure(
                .resourceNotFound,
                "The resource 'Microsoft.App/sessionPools/\(address.name)' under resource group "
                    + "'\(address.resourceGroup)' was not found."
            )
        }
        return found
    }
}

extension SessionPools.Pool {
    /// Reads a record.
    ///
    /// - Parameter record: the record.
    /// - Throws: `internalError` when its document is no JSON.
    init(_ record: PoolRecord) throws(Failure) {
        resource = try SessionPoolResource(record)
        history = SessionPoolResource.History(
            createdMilliseconds: record.createdMilliseconds,
            changedMilliseconds: record.changedMilliseconds
        )
    }
}

extension PoolRecord {
    /// Whether it stands in a subscription and, where one is given, in a resource group; case does not matter.
    fileprivate func isIn(subscription: String, group: String?) -> Bool {
        self.subscription.lowercased() == subscription.lowercased()
            && (group.map { resourceGroup.lowercased() == $0.lowercased() } ?? true)
    }
}
