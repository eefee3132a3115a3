/// A node of the cluster, as the API shows it.
package struct NodeResource: Hashable, Sendable, Decodable {
    /// The sandboxes of a pool that wait for a session.
    package struct Ready: Hashable, Sendable, Decodable {
        /// The pool.
        package let pool: String
        /// How many there are to be.
        package let wanted: Int
        /// How many there are.
        package let ready: Int
        /// How many are being made.
        package let starting: Int

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - pool: the pool.
        ///   - wanted: how many there are to be.
        ///   - ready: how many there are.
        ///   - starting: how many are being made.
        package init(pool: String, wanted: Int, ready: Int, starting: Int) {
            self.pool = pool
            self.wanted = wanted
            self.ready = ready
            self.starting = starting
        }
    }

    /// How much a worker can take.
    package struct Capacity: Hashable, Sendable, Decodable {
        /// The most sessions at once, ready sandboxes among them.
        package let sessions: Int
        /// Its share of new sessions against other workers.
        package let weight: Int

        /// Makes a capacity.
        ///
        /// - Parameters:
        ///   - sessions: the most sessions at once.
        ///   - weight: its share of new sessions against other workers.
        package init(sessions: Int, weight: Int) {
            self.sessions = sessions
            self.weight = weight
        }
    }

    /// Its name.
    package var name: String
    /// `coordinator` or `worker`.
    package var role: String
    /// How it is: `serving`, or why not.
    package var state: String
    /// Where it is reached by other nodes; nil when it is not known.
    package var address: String?
    /// The version of its program.
    package var version: String?
    /// This life of its process, in hexadecimal digits; nil when it is not known.
    package var incarnation: String?
    /// When it began, as RFC 3339.
    package var startedAt: String?
    /// Its sessions; for the coordinator those of the whole cluster.
    package var sessions: Int
    /// Counts the leases that this life of a worker lost, from 1.
    package var epoch: Int?
    /// How much a worker can take.
    package var capacity: Capacity?
    /// The part of the ring that is a worker's own, from 0 to 1.
    package var ringShare: Double?
    /// When a worker was heard last, as RFC 3339.
    package var lastSeenAt: String?
    /// Since when a worker is drained, as RFC 3339.
    package var drainingSince: String?
    /// When the sessions that a drained worker has left are ended, as RFC 3339.
    package var drainDeadline: String?
    /// The sandboxes of a worker that wait for a session; nil when it does not tell.
    package var ready: [Ready]?
    /// True for a worker whose sandboxes run nothing; nil for all others.
    package var noOpSandbox: Bool?

    /// Begins a node with what each has.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - role: `coordinator` or `worker`.
    ///   - state: how it is.
    ///   - address: where it is reached by other nodes.
    ///   - incarnation: this life of its process.
    ///   - sessions: how many sessions it has.
    package init(
        name: String,
        role: String,
        state: String,
        address: String?,
        incarnation: String?,
        sessions: Int
    ) {
        self.name = name
        self.role = role
        self.state = state
        self.address = address
        self.incarnation = incarnation
        self.sessions = sessions
    }

    /// The node as JSON; what is not known is left out.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("role", .string(role)), .init("state", .string(state)),
            .init("sessions", .integer(sessions)),
        ]
        if let address { members.append(.init("address", .string(address))) }
        if let incarnation { members.append(.init("incarnation", .string(incarnation))) }
        if let version { members.append(.init("version", .string(version))) }
        if let startedAt { members.append(.init("startedAt", .string(startedAt))) }
        if let epoch { members.append(.init("epoch", .integer(epoch))) }
        if let capacity {
            members.append(
                .init(
                    "capacity",
                    .object([
                        .init("sessions", .integer(capacity.sessions)),
                        .init("weight", .integer(capacity.weight)),
                    ])
                )
            )
        }
        if let ringShare { members.append(.init("ringShare", .double(ringShare))) }
        if let lastSeenAt { members.append(.init("lastSeenAt", .string(lastSeenAt))) }
        if let drainingSince { members.append(.init("drainingSince", .string(drainingSince))) }
        if let drainDeadline { members.append(.init("drainDeadline", .string(drainDeadline))) }
        if let ready {
            let entries = ready.map { entry in
                JSONValue.object([
                    .init("pool", .string(entry.pool)), .init("wanted", .integer(entry.wanted)),
                    .init("ready", .integer(entry.ready)), .init("starting", .integer(entry.starting)),
                ])
            }
            members.append(.init("ready", .array(entries)))
        }
        if let noOpSandbox { members.append(.init("noOpSandbox", .boolean(noOpSandbox))) }
        return .object(members)
    }
}
