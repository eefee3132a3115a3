internal import ArgumentParser
internal import Client

/// `cloister mcp`: the MCP server of a pool, for clients that start their servers as programs.
struct MCPCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Connects an MCP client that talks to a program with the sessions of a cluster.",
        discussion: """
            It reads messages from standard input, one a line, and writes those of the cluster to standard \
            output, until its input has ended and everything is answered. Desktop clients start it by themselves: docs/mcp.md has their \
            configurations. The exit code is 2 when there is no cluster.
            """
    )

    @OptionGroup var pool: PoolOption

    // A call is as silent as its code, and a client asks for many at once; each has a deadline of its own.
    static var limits: ClientLimits { ClientLimits(silence: nil, connections: 64) }

    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        let pool = try pool.name(connection)
        // Later a cluster that is gone is waited for; one that is not there from the start is told at once.
        _ = try await client.readiness()
        await MCPBridge(client: client, pool: pool, output: try MessageOutput()).run(try LineInput())
    }
}
