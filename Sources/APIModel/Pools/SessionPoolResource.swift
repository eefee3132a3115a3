package import Domain

/// Where a pool stands in the control plane.
package struct SessionPoolAddress: Hashable, Sendable {
    /// The subscription, as the client that made the pool wrote it.
    package let subscription: String
    /// The resource group, as the client that made the pool wrote it.
    package let resourceGroup: String
    /// The pool; its name is unique in the whole cluster.
    package let name: PoolName

    /// The subscription where nobody names one.
    package static let standardSubscription = "local"
    /// The resource group where nobody names one.
    package static let standardGroup = "cloister"

    /// Makes an address.
    ///
    /// - Parameters:
    ///   - subscription: the subscription.
    ///   - resourceGroup: the resource group.
    ///   - name: the pool.
    package init(subscription: String, resourceGroup: String, name: PoolName) {
        self.subscription = subscription
        self.resourceGroup = resourceGroup
        self.name = name
    }

    /// The path of its resource group.
    var groupPath: String { "/subscriptions/\(subscription)/resourceGroups/\(resourceGroup)" }

    /// Its identity in ARM.
    package var resourceID: String { "\(groupPath)/providers/Microsoft.App/sessionPools/\(name)" }

    /// The path at which its sessions are served.
    package var dataPath: String { "\(groupPath)/sessionPools/\(name)" }
}

/// A session pool as a resource: everything that was said about it, in one form, whatever the version.
package struct SessionPoolResource: Hashable, Sendable {
    /// Where it stands.
    package let address: SessionPoolAddress
    /// What was said, with the secrets' values; names and words as the schema writes them, the newest spelling.
    package let document: JSONValue

    /// Takes over a resource that was checked when it was made.
    ///
    /// - Parameters:
    ///   - address: where it stands.
    ///   - document: what was said.
    package init(address: SessionPoolAddress, document: JSONValue) {
        self.address = address
        self.document = document
    }

    /// Makes a resource, or a new version of one, from the body of PUT.
    ///
    /// - Parameters:
    ///   - body: the body.
    ///   - address: where it stands.
    ///   - present: the resource that is there.
    ///   - version: the version of the body; what it has no word for stays as it is.
    /// - Returns: the resource, whose configuration is known to be good.
    /// - Throws: what the reference says of bad resources.
    package static func made(
        from body: JSONValue,
        at address: SessionPoolAddress,
        replacing present: Self?,
        version: APIVersion = .latest
    ) throws(Failure) -> Self {
        guard var document = try SessionPoolSchema.resource.normalised(body, at: "resource"),
            document["location"]?.text?.isEmpty == false
        else {
            throw Failure(.invalidRequestContent, "A session pool is an object with a location.")
        }
        let mcp = ["properties", "mcpServerSettings"]
        if !version.hasMCPServerSettings, document[mcp] == nil, let kept = present?.document[mcp] {
            document = document.setting(mcp, to: kept)
        }
        let made = Self(
            address: present?.address ?? address,
            document: document.inNewestSpelling.keepingSecrets(of: present?.document)
        )
        try made.check(asChangeOf: present)
        return made
    }

    /// What a resource says, without what only servers say and in one spelling, for comparing two of them.
    ///
    /// - Parameter body: the body of PUT, or of an answer.
    /// - Returns: the resource.
    /// - Throws: `invalidRequestContent` for what is no resource.
    package static func comparable(_ body: JSONValue) throws(Failure) -> JSONValue {
        guard let document = try SessionPoolSchema.resource.normalised(body, at: "resource") else {
            throw Failure(.invalidRequestContent, "A session pool is an object with a location.")
        }
        return document.inNewestSpelling
    }

    /// Changes the resource as the body of PATCH says.
    ///
    /// - Parameter patch: the body, a JSON Merge Patch.
    /// - Returns: the changed resource, whose configuration is known to be good.
    /// - Throws: what the reference says of bad resources.
    package func updated(with patch: JSONValue) throws(Failure) -> Self {
        guard let patch = try SessionPoolSchema.resource.normalised(patch, at: "resource", isPatch: true),
            case .object = patch
        else {
            throw Failure(.invalidRequestContent, "A change of a session pool is an object.")
        }
        let changed = patch.inNewestSpelling
        var merged = document.merged(with: changed)
        if let kind = changed[["properties", "dynamicPoolConfiguration", "lifecycleConfiguration"]]?[
            "lifecycleType"
        ],
            kind
                != document[["properties", "dynamicPoolConfiguration", "lifecycleConfiguration"]]?[
                    "lifecycleType"
                ]
        {
            // The other kind's period goes with it: a client's model cannot say null.
            merged = document.without(["properties", "dynamicPoolConfiguration"]).merged(with: changed)
        }
        let updated = Self(address: address, document: merged.keepingSecrets(of: document))
        try updated.check(asChangeOf: self)
        return updated
    }

    private func check(asChangeOf present: Self?) throws(Failure) {
        _ = try configuration()
        guard let present else { return }
        let fixed = [["location"], ["properties", "containerType"]]
        for path in fixed
        where present.document[path] ?? Self.standard[path] != document[path] ?? Self.standard[path] {
            throw Failure(
                .propertyChangeNotAllowed,
                "\(path.joined(separator: ".")) of a pool cannot be changed. Make another pool."
            )
        }
    }

    private static let standard = JSONValue.object([
        .init("properties", .object([.init("containerType", .string("PythonLTS"))]))
    ])
}

extension JSONValue {
    /// What stands at the end of a path of members.
    subscript(path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { value, name in value?[name] }
    }

    /// The value with another one at the end of a path; missing objects on the way are made.
    func setting(_ path: [String], to value: JSONValue) -> JSONValue {
        merged(with: path.reversed().reduce(value) { .object([.init($1, $0)]) })
    }

    /// The value without what stands at the end of a path.
    func without(_ path: [String]) -> JSONValue {
        self[path] == nil ? self : setting(path, to: .null)
    }

    /// `dynamicPoolConfiguration` as versions from 2025-01-01 on have it.
    fileprivate var inNewestSpelling: JSONValue {
        let path = ["properties", "dynamicPoolConfiguration"]
        guard case .object(let members) = self[path] else { return self }
        let old = ["executionType": "lifecycleType", "cooldownPeriodInSeconds": "cooldownPeriodInSeconds"]
        let moved = members.compactMap { member in old[member.name].map { Member($0, member.value) } }
        guard !moved.isEmpty else { return self }
        let rest = Self.object(members.filter { old[$0.name] == nil })
        let spelled = rest.setting(["lifecycleConfiguration"], to: .object(moved))
        return without(path).setting(path, to: spelled)
    }

    /// Secrets of which only the name is given, as who read the pool before can only send them, keep their value.
    fileprivate func keepingSecrets(of present: JSONValue?) -> JSONValue {
        let path = ["properties", "secrets"]
        guard case .array(let secrets) = self[path], case .array(let known)? = present?[path] else {
            return self
        }
        let kept = secrets.map { secret in
            guard secret["value"] == nil else { return secret }
            return known.first { $0["name"] == secret["name"] } ?? secret
        }
        return setting(path, to: .array(kept))
    }
}
