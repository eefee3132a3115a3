internal import ArgumentParser
package import Client
internal import Domain
internal import Presentation
internal import UnixSignals

/// One execution on the command line, from its beginning to the exit code.
package struct ExecutionRun: Sendable {
    /// How long to wait for the last words of code that is interrupted.
    private static let lastWords: Duration = .seconds(3)

    private let options: ExecutionOptions
    private let orders: [ExecutionOrder]
    /// The pool's name.
    package let pool: String

    /// Reads what is to be run.
    ///
    /// - Parameters:
    ///   - options: what was given on the command line.
    ///   - connection: which cluster is meant.
    /// - Throws: `invalidConfiguration` when the code cannot be read.
    package init(_ options: ExecutionOptions, _ connection: ConnectionOptions) throws {
        self.options = options
        pool = try options.pool.name(connection)
        orders = try options.orders(for: pool)
    }

    /// Runs it, shows what it writes, and ends a session that nobody can name again.
    ///
    /// - Parameter client: speaks to the cluster.
    /// - Returns: the exit code.
    /// - Throws: why it could not be run.
    package func perform(with client: CloisterClient) async throws -> Int32 {
        let identifier = options.identifier ?? "exec-\(Self.randomName())"
        do {
            let code = try await interruptible(client, identifier)
            await tidy(client, identifier)
            return code
        } catch {
            await tidy(client, identifier)
            throw error
        }
    }

    private func tidy(_ client: CloisterClient, _ identifier: String) async {
        guard options.identifier == nil else { return }
        // If this does not arrive, the session ends by its cooldown.
        try? await client.stopSession(identifier, pool: pool)
    }

    private enum Step: Sendable {
        case ended(Int32)
        case signal(Int32)
        case patienceIsOver
    }

    private func interruptible(_ client: CloisterClient, _ identifier: String) async throws -> Int32 {
        let id = "exec-\(Self.randomName())"
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            group.addTask { .ended(try await follow(client, identifier, id)) }
            group.addTask {
                for await signal in signals {
                    return .signal(signal == .sigint ? ExitStatus.interrupted : ExitStatus.terminated)
                }
                return .signal(ExitStatus.terminated)
            }
            do {
                switch try await group.next() {
                case .ended(let code): return code
                case .signal(let code):
                    try? await stopped(client, identifier, id).cancel()
                    group.addTask {
                        try await Task.sleep(for: Self.lastWords)
                        return .patienceIsOver
                    }
                    // What it still has to say is shown; that it ended then is no news.
                    _ = try? await group.next()
                    return code
                case .patienceIsOver, nil: return ExitStatus.notRun
                }
            } catch let error as OutputError {
                // Nobody reads what it writes: it need not go on.
                try? await stopped(client, identifier, id).cancel()
                throw error
            }
        }
    }

    private func stopped(_ client: CloisterClient, _ identifier: String, _ id: String) -> LiveExecution {
        execution(orders[0], client, identifier, id)
    }

    private func execution(
        _ order: ExecutionOrder,
        _ client: CloisterClient,
        _ identifier: String,
        _ id: String
    ) -> LiveExecution {
        LiveExecution(
            order,
            identifier: identifier,
            pool: pool,
            seconds: options.timeout,
            id: id,
            client: client
        )
    }

    private func follow(_ client: CloisterClient, _ identifier: String, _ id: String) async throws -> Int32 {
        var printer = ExecutionPrinter(isLive: options.output == nil, pictures: options.images)
        for (place, order) in orders.enumerated() {
            do {
                try await execution(order, client, identifier, id).follow { try await printer.take($0) }
                break
            } catch let error as ClientError
                where error.code == "SessionRequestNotSupported" && place + 1 < orders.count
            {
                // The pool takes commands and no code, or the other way round; nothing was run.
                continue
            }
        }
        guard let end = printer.end else {
            throw Failure(.executionNotFound, "The execution's end is not known.")
        }
        let code = ExecutionPrinter.exitCode(of: end)
        if let format = options.output {
            let document = printer.document(identifier: identifier, pool: pool, exitCode: code)
            try Report(document, table: TextTable("STATUS"), emptiness: "").print(as: format)
        }
        return code
    }

    private static func randomName() -> String {
        let text = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
