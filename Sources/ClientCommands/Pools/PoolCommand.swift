internal import ArgumentParser

/// `cloister pool`: the session pools of a cluster.
struct PoolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pool",
        abstract: "Lists, shows, makes, changes and removes session pools.",
        discussion: """
            These commands need an operator's key. `cloister apply` makes pools as files want them; docs/pools.md \
            says what a pool is.
            """,
        subcommands: [PoolList.self, PoolShow.self, PoolCreate.self, PoolUpdate.self, PoolDelete.self]
    )
}
