internal import APIModel
internal import ArgumentParser
internal import Client
internal import Domain
internal import Presentation

extension NodeCommand {
    /// `cloister node drain`: lets a worker run empty.
    struct Drain: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a worker get no new sessions, until undrain.",
            discussion: """
                Example: cloister node drain worker-1 --deadline 10m --wait

                Its sessions run out by their cooldown; with --deadline what is left then is ended. That holds over \
                restarts of the worker and the coordinator. Given again, the deadline is a new one, or none.
                """
        )

        @Argument(help: "The worker's name, as listed.")
        var name: String

        @Option(help: "When the sessions that are left are ended, such as 10m, 90s or 2h. Without it never.")
        var deadline: String?

        @Flag(
            help:
                "Wait until the worker has no sessions any more; a day at most, or until shortly after the deadline."
        )
        var wait = false

        @OptionGroup var connection: ConnectionOptions

        /// How often it is looked.
        private static let pace: Duration = .milliseconds(300)
        /// How long the machines of the last sessions may take to end.
        private static let margin: Duration = .seconds(120)
        private static let longestWait: Duration = .seconds(24 * 60 * 60)

        private var deadlineSeconds: Int? { deadline.flatMap(Lifetime.seconds) }

        func validate() throws {
            if deadline != nil, deadlineSeconds == nil {
                throw ValidationError("--deadline is a number with d, h, m or s behind it, such as 10m.")
            }
        }

        func perform(with client: CloisterClient) async throws {
            let node = try await client.drain(name, deadlineInSeconds: deadlineSeconds)
            Console.error(line: "cloister: \(PlainText.of(node.name)) gets no new sessions")
            guard wait else { return }
            try await waitUntilEmpty(node, client)
            Console.error(line: "cloister: \(PlainText.of(node.name)) is drained")
        }

        private func waitUntilEmpty(_ first: NodeResource, _ client: CloisterClient) async throws {
            let end =
                ContinuousClock.now + (deadlineSeconds.map { .seconds($0) + Self.margin } ?? Self.longestWait)
            var node = first
            var told: Int?
            while node.sessions > 0 {
                if told != node.sessions {
                    let until =
                        node.drainDeadline.map { ", ended at \(PlainText.of($0)) at the latest" } ?? ""
                    Console.error(line: "cloister: it has \(node.sessions) sessions\(until)")
                    told = node.sessions
                }
                guard ContinuousClock.now < end else {
                    throw Failure(
                        .deadlineExceeded,
                        "\(name) still has \(node.sessions) sessions. It drains on; drain it with a deadline to end them."
                    )
                }
                try await Task.sleep(for: Self.pace)
                node = try await client.node(name)
                guard node.drainingSince != nil else {
                    throw Failure(.notReady, "Somebody else lets \(name) get sessions again.")
                }
            }
        }
    }

    /// `cloister node undrain`: takes a drain back.
    struct Undrain: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a drained worker get new sessions again.",
            discussion: "Example: cloister node undrain worker-1"
        )

        @Argument(help: "The worker's name, as listed.")
        var name: String

        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let node = try await client.undrain(name)
            Console.error(line: "cloister: \(PlainText.of(node.name)) gets new sessions again")
        }
    }

    /// `cloister node remove`: forgets a worker.
    struct Remove: ClusterCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets a worker that is lost or drained.",
            discussion: """
                Example: cloister node remove worker-1

                One that serves is refused: drain it first. Stop its process, too: one that goes on is not called \
                until it, or the coordinator, is started again.
                """
        )

        @Argument(help: "The worker's name, as listed.")
        var name: String

        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            try await client.removeNode(name)
            Console.error(line: "cloister: \(PlainText.of(name)) is forgotten")
        }
    }
}
