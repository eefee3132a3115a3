internal import APIModel
internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister pool update`: changes a pool.
struct PoolUpdate: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Changes what is named of a pool, and shows it; live sessions go on as they began.",
        discussion: """
            Example: cloister pool update orders --max-sessions 50 --untag draft

            Secrets are changed all together: with --secret-file those that are not named are removed.
            """
    )

    @Argument(help: "The pool's name.", completion: .custom { words, _, _ in await PoolNames.known(words) })
    var name: String

    @OptionGroup(title: "Pool options") var options: PoolOptions

    @Option(help: ArgumentHelp("Removes a tag; may be given again.", valueName: "name"))
    var untag: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        var patch = try options.resource()
        for name in untag {
            patch = patch.overlaid(with: .object([.init("tags", .object([.init(name, .null)]))]))
        }
        guard patch != .object([]) else {
            throw ValidationError("Nothing is to be changed: name what, such as --max-sessions 20.")
        }
        let present = try await ShownPool.changeable(name, client)
        let pool = try await client.patchPool(present.id, patch)
        try ShownPool.report([pool], isOne: true).print(as: output.output)
    }
}
