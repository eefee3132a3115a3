internal import APIModel
internal import ArgumentParser
internal import Client
internal import Domain
internal import Presentation

/// `cloister pool create`: makes a pool.
struct PoolCreate: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a pool and shows it.",
        discussion: """
            Example: cloister pool create orders --max-sessions 20 --cooldown-period 600

            A pool of that name must not be there: `cloister pool update` changes one, `cloister apply` does either.
            """
    )

    @Argument(help: "The pool's name: 2 to 63 letters, digits and hyphens, a letter first.")
    var name: String

    @Option(help: "PythonLTS, NodeLTS or Shell.")
    var containerType = "PythonLTS"

    @Option(help: "Any text; it cannot be changed.")
    var location = "local"

    @Option(help: "Any text, as in Azure.")
    var subscription = SessionPoolAddress.standardSubscription

    @Option(help: "Any text, as in Azure.")
    var resourceGroup = SessionPoolAddress.standardGroup

    @OptionGroup(title: "Pool options") var options: PoolOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        let address = SessionPoolAddress(
            subscription: subscription,
            resourceGroup: resourceGroup,
            name: try PoolName(name)
        )
        let pools = try await client.pools()
        guard !pools.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw Failure(
                .propertyChangeNotAllowed,
                "There is a pool \(name) already. Change it with `cloister pool update \(name)`."
            )
        }
        let resource = JSONValue.object([
            .init("location", .string(location)),
            .init("properties", .object([.init("containerType", .string(containerType))])),
        ])
        let pool = try await client.putPool(
            address.resourceID,
            resource.overlaid(with: try options.resource())
        )
        try ShownPool.report([pool], isOne: true).print(as: output.output)
    }
}
