internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister node`: the nodes of a cluster.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Lists and shows the nodes of a cluster, drains workers and removes them.",
        discussion: "These commands need an operator's key for all pools.",
        subcommands: [List.self, Show.self, Drain.self, Undrain.self, Remove.self]
    )

    /// `cloister node list`: lists nodes.
    struct List: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the nodes.",
            discussion: """
                Example: cloister node list

                JSON: a list of {name, role, state, sessions, address, incarnation, version, startedAt}, and for \
                workers {epoch, capacity: {sessions, weight}, ringShare, lastSeenAt, drainingSince, drainDeadline, \
                ready: [{pool, wanted, ready, starting}], noOpSandbox}. What is not known is left out. A state other \
                than serving deserves a look: settling, joining, draining, drained, suspected, unhealthy, lost; NO-OP \
                (noOpSandbox: true) is a worker that runs nothing.
                """
        )

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let nodes = try await client.nodes()
            var table = TextTable(
                "NAME",
                "ROLE",
                "STATE",
                "SESSIONS",
                "READY",
                "RING",
                "LAST SEEN",
                "VERSION"
            )
            for node in nodes {
                table.add(
                    node.name,
                    node.role,
                    node.state + (node.noOpSandbox == true ? ", NO-OP" : ""),
                    node.capacity.map { "\(node.sessions)/\($0.sessions)" } ?? "\(node.sessions)",
                    node.readyText,
                    node.ringShare.map(NodeText.percent) ?? "-",
                    node.lastSeenAt ?? "-",
                    node.version ?? "?"
                )
            }
            try Report(.array(nodes.map(\.json)), table: table, emptiness: "There are no nodes.")
                .print(as: output.output)
        }
    }

    /// `cloister node show`: shows a node.
    struct Show: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a node.",
            discussion: """
                Example: cloister node show worker-1 -o yaml

                JSON: as an entry of the list. The coordinator's name is coordinator.
                """
        )

        @Argument(help: "The node's name, as listed.")
        var name: String

        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let node = try await client.node(name)
            var table = TextTable("MEMBER", "VALUE")
            table.add("name", node.name)
            table.add("role", node.role)
            table.add("state", node.state)
            if node.noOpSandbox == true { table.add("sandboxes", "NO-OP: they run nothing") }
            if let since = node.drainingSince {
                table.add("drains", "since \(since)" + (node.drainDeadline.map { ", until \($0)" } ?? ""))
            }
            table.add("address", node.address ?? "?")
            table.add("version", node.version ?? "?")
            table.add("started", node.startedAt ?? "?")
            table.add("incarnation", node.incarnation ?? "?")
            table.add("sessions", "\(node.sessions)")
            if let epoch = node.epoch { table.add("epoch", "\(epoch)") }
            if let capacity = node.capacity {
                table.add("capacity", "\(capacity.sessions) sessions, weight \(capacity.weight)")
            }
            if let share = node.ringShare { table.add("ring", NodeText.percent(share)) }
            if let seen = node.lastSeenAt { table.add("last seen", seen) }
            for entry in node.ready ?? [] {
                table.add(
                    "ready of \(entry.pool)",
                    "\(entry.ready) of \(entry.wanted), \(entry.starting) being made"
                )
            }
            try Report(node.json, table: table, emptiness: "").print(as: output.output)
        }
    }
}

/// Numbers of nodes for people.
private enum NodeText {
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10)%"
    }
}

extension NodeResource {
    fileprivate var readyText: String {
        guard let ready else { return "-" }
        let entries = ready.filter { $0.wanted + $0.ready > 0 }.map { "\($0.pool) \($0.ready)/\($0.wanted)" }
        return entries.isEmpty ? "-" : entries.joined(separator: ", ")
    }
}
