internal import ArgumentParser
internal import Client
internal import Domain
internal import Presentation

/// A command that asks a cluster to do something.
protocol ClusterCommand: AsyncParsableCommand {
    /// Where the cluster is.
    var connection: ConnectionOptions { get }

    /// Does what the command is for.
    ///
    /// - Parameter client: speaks to the cluster.
    /// - Throws: why it could not be done; the person is told in one sentence.
    func perform(with client: CloisterClient) async throws
}

extension ClusterCommand {
    /// Finds the cluster, does the work, and says on standard error why it could not be done.
    ///
    /// - Throws: ``exitCode`` 2 for whatever could not be done; an exit code of the command's own as it is.
    func run() async throws {
        do {
            guard let client = try await connection.client() else {
                throw ValidationError(
                    "No cluster runs here: start one with `cloister up`, or name one with --url."
                )
            }
            try await perform(with: client)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Console.error(line: "cloister: \(Self.explained(error))")
            throw ExitCode(2)
        }
    }

    private static func explained(_ error: any Error) -> String {
        (error as? Failure)?.message ?? "\(error)"
    }
}
