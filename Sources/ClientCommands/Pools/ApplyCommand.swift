internal import APIModel
internal import ArgumentParser
internal import Client
internal import Domain
internal import PoolDocuments
internal import Presentation

/// `cloister apply`: makes pools as files want them.
struct ApplyCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Makes the pools of a cluster what files say, and tells what it changes.",
        discussion: """
            Example: cloister apply -f pools.yaml --dry-run

            A file has ARM resources (Microsoft.App/sessionPools) as YAML or JSON: one, several documents, a list, \
            or a deployment template. Nothing is sent when something is wrong with any of them. Pools that no file \
            names stay as they are. The exit code is 0 when all is as the files say, 2 when something could not be \
            done; with --dry-run it is 3 when something would change.

            JSON: a list of {name, id, action, differences: [{path, old, new}]}; action is make, change or none.
            """
    )

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "The file, or - for standard input; may be given again."
    )
    var files: [String]

    @Flag(help: "Only tell what would change.")
    var dryRun = false

    @Flag(
        name: .customLong("send-secrets"),
        help: "Send secrets also where nothing else changes: whether a value is the same nobody can say."
    )
    var sendsSecrets = false

    @Option(
        name: [.customShort("p"), .long],
        help: ArgumentHelp(
            "A parameter of a template, or a file of them; may be given again.",
            valueName: "name=value|@path"
        )
    )
    var parameters: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func perform(with client: CloisterClient) async throws {
        let documents = PoolDocuments(
            try files.map(DocumentFile.read),
            parameters: try DocumentFile.parameters(parameters)
        )
        var problems = documents.problems
        var changes: [PoolChange] = []
        if problems.isEmpty {
            let present = try await client.pools()
            for document in documents.pools {
                let pool = present.first { $0.name.lowercased() == document.name.text.lowercased() }
                do throws(Failure) {
                    changes.append(
                        try PoolChange(
                            document,
                            present: pool?.resource,
                            isDeclared: pool?.isDeclared ?? false
                        )
                    )
                } catch {
                    problems.append("\(document.place): \(document.name): \(error.message)")
                }
            }
        }
        guard problems.isEmpty else {
            for problem in problems { Console.error(line: "cloister: \(PlainText.of(problem))") }
            Console.error(line: "cloister: nothing was sent")
            throw ExitCode(ExitStatus.notDone)
        }
        if output.output == .table { ApplyText.show(changes, sendsSecrets: sendsSecrets) }
        let pending = changes.filter { $0.action != .none || sendsSecrets && $0.uncomparedSecrets > 0 }
        if !dryRun { try await send(pending, client) }
        if output.output == .table {
            Console.output(line: ApplyText.summary(changes, pending.count, isDry: dryRun))
        } else {
            try ApplyText.report(changes).print(as: output.output)
        }
        if dryRun, !pending.isEmpty { throw ExitCode(ExitStatus.wouldChange) }
    }

    private func send(_ changes: [PoolChange], _ client: CloisterClient) async throws {
        for (index, change) in changes.enumerated() {
            do throws(ClientError) {
                _ = try await client.putPool(change.address.resourceID, change.document.body)
            } catch {
                let done = changes[..<index].map(\.document.name.text)
                let left = changes[(index + 1)...].map(\.document.name.text)
                throw Failure(
                    .invalidRequestContent,
                    "\(change.document.place): \(change.document.name): \(error) "
                        + "Done: \(done.isEmpty ? "nothing" : done.joined(separator: ", ")). "
                        + "Not sent: \(left.isEmpty ? "nothing else" : left.joined(separator: ", "))."
                )
            }
            if output.output == .table {
                let word =
                    change.action == .make ? "made" : change.action == .change ? "changed" : "secrets sent"
                Console.output(line: "\(change.document.name): \(word)")
            }
        }
    }
}
