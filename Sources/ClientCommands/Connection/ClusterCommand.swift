internal import ArgumentParser
internal import Client
internal import Domain
internal import Glibc
internal import Presentation

/// A command that asks a cluster to do something.
protocol ClusterCommand: AsyncParsableCommand {
    /// The exit code when it could not be done.
    static var failureStatus: Int32 { get }

    /// How patient the client is.
    static var limits: ClientLimits { get }

    /// Where the cluster is.
    var connection: ConnectionOptions { get }

    /// Does what the command is for.
    ///
    /// - Parameter client: speaks to the cluster.
    /// - Throws: why it could not be done; the person is told in one sentence.
    func perform(with client: CloisterClient) async throws
}

extension ClusterCommand {
    static var failureStatus: Int32 { ExitStatus.notDone }
    static var limits: ClientLimits { ClientLimits() }

    /// Finds the cluster, does the work, and says on standard error why it could not be done.
    ///
    /// - Throws: ``failureStatus`` for whatever could not be done; an exit code of the command's own as it is.
    func run() async throws {
        try await CommandOutcome.report(failingWith: Self.failureStatus) { found in
            guard let target = try connection.target(limits: Self.limits) else {
                throw Failure(.invalidConfiguration, ConnectionOptions.advice)
            }
            found(target)
            try await target.client.closing { try await perform(with: target.client) }
        }
    }
}

/// What becomes of a command's errors.
package enum CommandOutcome {
    /// Runs a command's work and tells the person what went wrong and what to do.
    ///
    /// - Parameters:
    ///   - status: the exit code for it.
    ///   - work: what to do; it tells the cluster that it has found.
    /// - Throws: the exit code.
    package static func report(
        failingWith status: Int32,
        _ work: ((Target) -> Void) async throws -> Void
    ) async throws {
        // A reader that has gone is an error to be told, and not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        var target: Target?
        do {
            try await work { target = $0 }
        } catch let exit as ExitCode {
            throw exit
        } catch let error as ValidationError {
            // The parser says it with the usage, and exits with 64.
            throw error
        } catch let error as OutputError where error.isReaderGone {
            throw ExitCode(ExitStatus.readerGone)
        } catch {
            Console.error(line: "cloister: \(PlainText.of(explained(error, at: target?.choice)))")
            throw ExitCode(status)
        }
    }

    private static func explained(_ error: any Error, at choice: ConnectionChoice?) -> String {
        switch error {
        case let failure as Failure: failure.message
        case let error as ClientError:
            [error.description, Advice.after(error, at: choice)].compactMap(\.self).joined(separator: " ")
        default: "\(error)"
        }
    }
}
