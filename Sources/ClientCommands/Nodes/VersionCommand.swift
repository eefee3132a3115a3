internal import APIModel
internal import ArgumentParser
internal import Client
internal import Domain
internal import Presentation

/// `cloister version`: the versions of this program and of the cluster.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Shows the version of this program and of the cluster.",
        discussion: """
            Example: cloister version -o json

            JSON: {client: {version}, server: {url, version, apiVersions}}; server is null when this machine's \
            cluster is meant and does not run. `cloister node list` has the version of each worker.
            """
    )

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await CommandOutcome.report(failingWith: ExitStatus.notDone) { found in
            var table = TextTable("WHAT", "VERSION", "WHERE")
            table.add("client", ProductVersion.text, "")
            var server = JSONValue.null
            if let target = try connection.target() {
                found(target)
                let there = try await target.client.closing { try await target.client.version() }
                table.add("server", there.version, target.client.baseURL)
                guard case .object(let members) = there.json else { return }
                server = .object([.init("url", .string(target.client.baseURL))] + members)
            } else {
                table.add("server", "-", "does not run")
            }
            let client = JSONValue.object([.init("version", .string(ProductVersion.text))])
            let document = JSONValue.object([.init("client", client), .init("server", server)])
            try Report(document, table: table, emptiness: "").print(as: output.output)
        }
    }
}
