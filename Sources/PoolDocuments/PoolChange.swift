package import APIModel
package import Domain

/// What has to be done to a cluster so that a pool is as a document wants it.
package struct PoolChange: Sendable {
    /// A member that is to be another one.
    package struct Difference: Hashable, Sendable {
        /// Where it stands, such as `properties.scaleConfiguration.maxConcurrentSessions`.
        package let path: String
        /// What is there; nil for nothing.
        package let old: JSONValue?
        /// What is wanted; nil for nothing.
        package let new: JSONValue?
    }

    /// What becomes of the pool.
    package enum Action: String, Sendable {
        /// It is made.
        case make
        /// It becomes another one.
        case change
        /// It is as it shall be.
        case none
    }

    /// The document.
    package let document: PoolDocument
    /// Where the pool stands, or will stand.
    package let address: SessionPoolAddress
    /// What becomes of it.
    package let action: Action
    /// Member by member; the values of secrets are in none of them.
    package let differences: [Difference]
    /// How many secrets have a value here and there, of which nobody can say whether it is the same.
    package let uncomparedSecrets: Int

    private static let hidden = JSONValue.string("(hidden)")

    /// Compares a document with what is there.
    ///
    /// - Parameters:
    ///   - document: the document.
    ///   - present: the pool of that name as the server shows it; nil when there is none.
    ///   - isDeclared: whether it stands in the configuration.
    /// - Throws: what the server would say to such a resource, as far as it can be said here.
    package init(_ document: PoolDocument, present: JSONValue?, isDeclared: Bool) throws(Failure) {
        let place = try present.map { value throws(Failure) in try PoolDocument(value, place: "the server") }
        if let place, !isDeclared { try Self.checkPlace(document, place) }
        self.document = document
        let address = SessionPoolAddress(
            subscription: place?.subscription ?? document.subscription
                ?? SessionPoolAddress.standardSubscription,
            resourceGroup: place?.resourceGroup ?? document.resourceGroup ?? SessionPoolAddress.standardGroup,
            name: document.name
        )
        self.address = address
        let shown = try place.map { place throws(Failure) in try SessionPoolResource.comparable(place.body) }
        let made = try SessionPoolResource.made(
            from: document.body,
            at: address,
            replacing: shown.map { SessionPoolResource(address: address, document: Self.withSecrets($0)) }
        )
        let wanted = try SessionPoolResource.comparable(
            made.rendered(for: .latest, history: nil, origin: "")
        )
        let known = Set(shown?.secretNames ?? [])
        uncomparedSecrets =
            try SessionPoolResource.comparable(document.body).secretsWithValue.filter(known.contains).count
        guard let shown else {
            action = .make
            differences = Self.differences(nil, Self.hidingSecrets(made.document), "")
            return
        }
        let differences = Self.differences(Self.hidingSecrets(shown), Self.hidingSecrets(wanted), "")
        self.differences = differences
        action = differences.isEmpty ? .none : .change
        guard !isDeclared || differences.isEmpty else {
            throw Failure(
                .propertyChangeNotAllowed,
                "the pool \(document.name) stands in the configuration of the cluster; change it there, or take another name."
            )
        }
    }

    private static func checkPlace(_ document: PoolDocument, _ place: PoolDocument) throws(Failure) {
        for (wanted, present) in [
            (document.subscription, place.subscription), (document.resourceGroup, place.resourceGroup),
        ] {
            guard let wanted, let present, wanted.lowercased() != present.lowercased() else { continue }
            throw Failure(
                .propertyChangeNotAllowed,
                "the pool \(document.name) stands in \(present) and not in \(wanted); names are unique in a cluster."
            )
        }
    }

    /// Secrets that the server has count as having a value.
    private static func withSecrets(_ shown: JSONValue) -> JSONValue {
        let secrets = shown.secretNames.map {
            JSONValue.object([.init("name", .string($0)), .init("value", hidden)])
        }
        return secrets.isEmpty
            ? shown
            : shown.merged(with: .object([.init("properties", .object([.init("secrets", .array(secrets))]))]))
    }

    /// Secrets by name, for their order does not matter, and without their values.
    private static func hidingSecrets(_ resource: JSONValue) -> JSONValue {
        let names = resource.secretNames
        guard !names.isEmpty else { return resource }
        let secrets = JSONValue.object(names.map { .init($0, hidden) })
        return resource.merged(with: .object([.init("properties", .object([.init("secrets", .null)]))]))
            .merged(with: .object([.init("properties", .object([.init("secrets", secrets)]))]))
    }

    private static func differences(_ old: JSONValue?, _ new: JSONValue?, _ path: String) -> [Difference] {
        guard old != new else { return [] }
        if let (names, before, after) = parts(old, new) {
            return names.flatMap { name in
                let separator = path.isEmpty || name.hasPrefix("[") ? "" : "."
                return differences(before[name], after[name], path + separator + name)
            }
        }
        return [Difference(path: path, old: old, new: new)]
    }

    /// Both values as members by name, if both can be taken apart.
    private static func parts(
        _ old: JSONValue?,
        _ new: JSONValue?
    ) -> (names: [String], before: [String: JSONValue], after: [String: JSONValue])? {
        guard let before = members(old), let after = members(new) else { return nil }
        let names =
            before.map(\.name) + after.map(\.name).filter { name in !before.contains { $0.name == name } }
        func byName(_ members: [JSONValue.Member]) -> [String: JSONValue] {
            Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        }
        return names.isEmpty ? nil : (names, byName(before), byName(after))
    }

    private static func members(_ value: JSONValue?) -> [JSONValue.Member]? {
        switch value {
        case nil: []
        case .object(let members)?: members
        case .array(let elements)?: elements.enumerated().map { .init("[\($0.offset)]", $0.element) }
        default: nil
        }
    }
}

extension JSONValue {
    private var secrets: [JSONValue] {
        guard case .array(let secrets)? = self["properties"]?["secrets"] else { return [] }
        return secrets
    }

    /// The names of a resource's secrets.
    fileprivate var secretNames: [String] { secrets.compactMap { $0["name"]?.text } }

    /// The names of those that have a value.
    fileprivate var secretsWithValue: [String] {
        secrets.filter { $0["value"] != nil }.compactMap { $0["name"]?.text }
    }
}
