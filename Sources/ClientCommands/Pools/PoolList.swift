internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister pool list`: lists all pools.
struct PoolList: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the pools of the whole cluster.",
        discussion: """
            JSON: a list of ARM resources, each with `declared`: whether it stands in the configuration. \
            `cloister apply` takes such a list.
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        try ShownPool.report(try await client.pools()).print(as: output.output)
    }
}

/// `cloister pool show`: shows a pool.
struct PoolShow: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a pool; of its secrets the names only.",
        discussion: "Example: cloister pool show orders -o yaml > orders.yaml, which `cloister apply` takes."
    )

    @Argument(help: "The pool's name.", completion: .custom { words, _, _ in await PoolNames.known(words) })
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        let pool = try await ShownPool.found(name, client)
        try ShownPool.report([pool], isOne: true).print(as: output.output)
    }
}
