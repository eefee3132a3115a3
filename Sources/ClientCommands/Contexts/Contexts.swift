internal import Domain

/// A cluster that a person works with.
struct ClusterContext: Hashable, Sendable {
    /// Its name for people.
    let name: String
    /// Its address.
    var url: String
    /// The file with the API key.
    var apiKeyFile: String?
    /// The pool that is meant when none is named.
    var pool: String?
    /// The certificates to believe instead of the system's.
    var caFile: String?
}

/// The clusters that a person works with, and the one that is meant when none is named.
struct Contexts: Hashable, Sendable {
    /// The name of this machine's own cluster; no context has it.
    static let local = "local"

    /// The context that is meant when none is named; nil for this machine's own cluster.
    private(set) var current: String?
    /// All of them, in the order of their names.
    private(set) var all: [ClusterContext] = []

    /// Begins without any.
    init() {}

    /// Puts contexts together.
    ///
    /// - Parameters:
    ///   - all: the contexts.
    ///   - current: the one that is meant when none is named.
    /// - Throws: `invalidConfiguration` for a wrong name, a name given twice, a wrong address.
    init(_ all: [ClusterContext], current: String?) throws(Failure) {
        for context in all {
            guard !self.all.contains(where: { $0.name == context.name }) else {
                throw Failure(.invalidConfiguration, "There are two contexts \(context.name).")
            }
            try set(context)
        }
        if let current { try use(current) }
    }

    /// Finds a context.
    ///
    /// - Parameter name: its name.
    /// - Returns: the context.
    /// - Throws: `invalidConfiguration` when there is none.
    func named(_ name: String) throws(Failure) -> ClusterContext {
        guard let context = all.first(where: { $0.name == name }) else {
            let names = ([Self.local] + all.map(\.name)).joined(separator: ", ")
            throw Failure(.invalidConfiguration, "There is no context of this name; there are: \(names).")
        }
        return context
    }

    /// Adds a context, or puts it in the place of the one of its name.
    ///
    /// - Parameter context: the context.
    /// - Throws: `invalidConfiguration` for a wrong name or address.
    mutating func set(_ context: ClusterContext) throws(Failure) {
        guard context.name.isPlainName(upTo: 63), !context.name.hasPrefix("."), context.name != Self.local
        else {
            throw Failure(
                .invalidConfiguration,
                "A context's name has 1 to 63 letters, digits, dots, hyphens and underscores, no dot first, "
                    + "and is not local."
            )
        }
        try ClusterAddress.check(context.url)
        all.removeAll { $0.name == context.name }
        all.append(context)
        all.sort { $0.name < $1.name }
    }

    /// Chooses the context that is meant when none is named.
    ///
    /// - Parameter name: its name; `local` for this machine's own cluster.
    /// - Throws: `invalidConfiguration` when there is none.
    mutating func use(_ name: String) throws(Failure) {
        current = name == Self.local ? nil : try named(name).name
    }

    /// Takes a context away.
    ///
    /// - Parameter name: its name.
    /// - Throws: `invalidConfiguration` when there is none.
    mutating func remove(_ name: String) throws(Failure) {
        _ = try named(name)
        all.removeAll { $0.name == name }
        if current == name { current = nil }
    }
}
