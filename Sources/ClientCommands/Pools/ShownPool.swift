internal import APIModel
internal import Client
internal import Domain
internal import Presentation

/// How pools are shown.
enum ShownPool {
    /// Pools as a report.
    ///
    /// - Parameters:
    ///   - pools: the pools.
    ///   - isOne: whether programs get the one pool itself instead of a list.
    /// - Returns: the report.
    static func report(_ pools: [CloisterClient.ClusterPool], isOne: Bool = false) -> Report {
        var table = TextTable("NAME", "TYPE", "SESSIONS", "READY", "LIFECYCLE", "MEMORY", "CPUS", "FROM")
        for pool in pools {
            let properties = pool.resource["properties"]
            let scale = properties?["scaleConfiguration"]
            let settings = properties?["cloisterSettings"]
            table.add(
                pool.name,
                properties?["containerType"]?.text ?? "",
                number(scale?["maxConcurrentSessions"]) ?? "",
                number(scale?["readySessionInstances"]) ?? "0",
                lifecycle(properties?["dynamicPoolConfiguration"]?["lifecycleConfiguration"]),
                "\(number(settings?["memoryMiB"]) ?? "512") MiB",
                number(settings?["virtualCPUs"]) ?? "1",
                pool.isDeclared ? "configuration" : place(pool.id)
            )
        }
        let documents = pools.map(document)
        return Report(
            isOne ? documents.first ?? .null : .array(documents),
            table: table,
            emptiness: "There are no pools."
        )
    }

    /// Finds a pool by its name, whatever its case.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - client: speaks to the cluster.
    /// - Returns: the pool.
    /// - Throws: `sessionPoolNotFound` with the names there are.
    static func found(_ name: String, _ client: CloisterClient) async throws -> CloisterClient.ClusterPool {
        let pools = try await client.pools()
        guard let pool = pools.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            let names = pools.map(\.name).joined(separator: ", ")
            throw Failure(.sessionPoolNotFound, "There is no pool \(name). There are: \(names).")
        }
        return pool
    }

    /// A pool of which there has to be none in the configuration, for it is to be changed.
    static func changeable(_ name: String, _ client: CloisterClient) async throws
        -> CloisterClient.ClusterPool
    {
        let pool = try await found(name, client)
        guard !pool.isDeclared else {
            throw Failure(
                .propertyChangeNotAllowed,
                "The pool \(pool.name) stands in the configuration of the cluster. Change it there and start it again."
            )
        }
        return pool
    }

    /// The resource with a remark where it comes from, as programs get it.
    private static func document(_ pool: CloisterClient.ClusterPool) -> JSONValue {
        guard case .object(let members) = pool.resource else { return pool.resource }
        return .object(members + [.init("declared", .boolean(pool.isDeclared))])
    }

    private static func number(_ value: JSONValue?) -> String? {
        guard case .integer(let number)? = value else { return nil }
        return String(number)
    }

    private static func lifecycle(_ value: JSONValue?) -> String {
        let seconds = number(value?["cooldownPeriodInSeconds"]) ?? number(value?["maxAlivePeriodInSeconds"])
        return "\(value?["lifecycleType"]?.text ?? "Timed") \(seconds ?? "") s"
    }

    private static func place(_ id: String) -> String {
        let parts = id.split(separator: "/")
        return parts.count == 8 ? "\(parts[1])/\(parts[3])" : ""
    }
}
