internal import ArgumentParser
internal import Client
internal import Domain
internal import Presentation

/// `cloister pool delete`: removes pools.
struct PoolDelete: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Removes pools, ends their sessions, and waits until they are gone.",
        discussion: """
            On a terminal it asks before it does anything; elsewhere it wants --yes. From the removal on a pool \
            serves nobody, whether or not this command waits.
            """
    )

    @Argument(help: "The pools' names.", completion: .custom { words, _, _ in await PoolNames.known(words) })
    var names: [String]

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Do not wait until the sessions have ended.")
    var noWait = false

    @OptionGroup var connection: ConnectionOptions

    /// How long the machines of a pool may take to end.
    private static let patience: Duration = .seconds(120)

    func perform(with client: CloisterClient) async throws {
        var pools: [CloisterClient.ClusterPool] = []
        // All names first: a wrong one leaves every pool as it is.
        for name in names { pools.append(try await ShownPool.changeable(name, client)) }
        guard try yes || isConfirmed(pools.map(\.name)) else {
            Console.error(line: "cloister: nothing was removed")
            throw ExitCode(ExitStatus.notDone)
        }
        for pool in pools {
            guard try await client.deletePool(pool.id), !noWait else { continue }
            Console.error(line: "cloister: \(pool.name) serves nobody any more; its sessions end")
            try await waitForEnd(of: pool, client)
            Console.error(line: "cloister: \(pool.name) is gone")
        }
    }

    private func waitForEnd(of pool: CloisterClient.ClusterPool, _ client: CloisterClient) async throws {
        let end = ContinuousClock.now + Self.patience
        while try await client.isPoolEnding(pool.id) {
            guard ContinuousClock.now < end else {
                throw Failure(
                    .deadlineExceeded,
                    "The sessions of \(pool.name) have not ended within \(Self.patience); they are being ended still."
                )
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    private func isConfirmed(_ names: [String]) throws -> Bool {
        guard Console.isTerminal(0) else {
            throw ValidationError("This removes pools with all their sessions: say --yes if you mean it.")
        }
        let list = names.joined(separator: ", ")
        Console.error(Array("Remove \(list) and end all sessions in it? [y/N] ".utf8))
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }
}
