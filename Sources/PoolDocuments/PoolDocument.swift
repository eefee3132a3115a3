package import APIModel
package import Domain

/// A pool as a document wants it.
package struct PoolDocument: Hashable, Sendable {
    /// Which document, for messages.
    package let place: String
    /// Which pool.
    package let name: PoolName
    /// The subscription that it names; nil when it names none.
    package let subscription: String?
    /// The resource group that it names; nil when it names none.
    package let resourceGroup: String?
    /// The resource, with the values of its secrets.
    package let body: JSONValue

    private static let type = "Microsoft.App/sessionPools"
    // What templates and tools say besides the resource.
    private static let foreign: Set<String> = [
        "apiversion", "dependson", "comments", "metadata", "condition", "subscription", "resourcegroup",
    ]

    /// Reads a resource.
    ///
    /// - Parameters:
    ///   - value: the document.
    ///   - place: which document, for messages.
    /// - Throws: `invalidConfiguration` for what is no session pool.
    package init(_ value: JSONValue, place: String) throws(Failure) {
        guard case .object(let members) = value else {
            throw Failure(
                .invalidConfiguration,
                "a session pool is an object with name, location and properties"
            )
        }
        func text(_ name: String) -> String? {
            members.first { $0.name.lowercased() == name.lowercased() }?.value.text
        }
        if let type = text("type"), type.lowercased() != Self.type.lowercased() {
            throw Failure(.invalidConfiguration, "it is of type \(type); Cloister has \(Self.type) only")
        }
        let parts = (text("id") ?? "").split(separator: "/").map(String.init)
        let isID =
            parts.count == 8 && parts[0].lowercased() == "subscriptions"
            && parts[2].lowercased() == "resourcegroups"
            && parts[4...6].joined(separator: "/").lowercased() == "providers/" + Self.type.lowercased()
        guard isID || text("id") == nil else {
            throw Failure(
                .invalidConfiguration,
                "id is like /subscriptions/S/resourceGroups/G/providers/\(Self.type)/NAME"
            )
        }
        guard let name = text("name") ?? (isID ? parts[7] : nil) else {
            throw Failure(.invalidConfiguration, "a session pool has a name")
        }
        if isID, parts[7].lowercased() != name.lowercased() {
            throw Failure(.invalidConfiguration, "its name is \(name), but its id says \(parts[7])")
        }
        self.place = place
        self.name = try PoolName(name)
        subscription = text("subscription") ?? (isID ? parts[1] : nil)
        resourceGroup = text("resourceGroup") ?? (isID ? parts[3] : nil)
        body = .object(members.filter { !Self.foreign.contains($0.name.lowercased()) })
    }

    private init(_ document: Self, body: JSONValue) {
        place = document.place
        name = document.name
        subscription = document.subscription
        resourceGroup = document.resourceGroup
        self.body = body
    }

    /// The document with other content.
    ///
    /// - Parameter body: the resource.
    /// - Returns: the document.
    func with(_ body: JSONValue) -> Self { Self(self, body: body) }
}
