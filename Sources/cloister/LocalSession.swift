internal import APIModel
internal import AsyncHTTPClient
internal import Client
internal import ClientCommands
internal import Coordinator
internal import Domain
internal import Identity
internal import NIOSSL
internal import ServiceLifecycle

/// Waits until a local cluster serves, checks it, and hands it to whoever wanted it.
struct LocalSession: Service {
    let cluster: LocalCluster
    let pools: [PoolConfiguration]
    let coordinator: CoordinatorService
    let key: APIKey
    let ports: AsyncStream<Int>
    let startTimeout: Duration
    let whenReady: @Sendable (CloisterClient, String) async throws -> Void

    /// Runs until the one who wanted the cluster has had enough of it.
    ///
    /// - Throws: ``LocalClusterError``, or what the user of the cluster throws.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            let url = try await withDeadline { try await self.address() }
            try await withClient(url) { client in
                try await check(client)
                // A certificate is for the public name and not for this machine's address.
                let published = cluster.isEncrypted ? cluster.settings.publicOrigin ?? url : url
                cluster.state.publishEndpoint(published)
                defer { cluster.state.withdrawEndpoint() }
                try await whenReady(client, published)
            }
        }
    }

    /// Has a client for this very process, whose certificate needs no proof.
    private func withClient(
        _ url: String,
        _ body: @Sendable (CloisterClient) async throws -> Void
    ) async throws {
        guard cluster.isEncrypted else {
            return try await body(CloisterClient(baseURL: url, apiKey: key.secret))
        }
        let http = HTTPClient(configuration: .init(certificateVerification: .none))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(CloisterClient(baseURL: url, apiKey: key.secret, http: http)))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        try result.get()
    }

    private func withDeadline<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: startTimeout)
                throw LocalClusterError.selfCheck("the workers did not come up within \(startTimeout)")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    /// Waits for the port and for all workers.
    private func address() async throws -> String {
        var serving: Set<WorkerID> = []
        for await worker in coordinator.node.servingWorkers {
            serving.insert(worker)
            if cluster.workers > 1 {
                cluster.progress("\(worker) serves (\(serving.count)/\(cluster.workers))")
            }
            if serving.count == cluster.workers { break }
        }
        try Task.checkCancellation()
        for await port in ports { return cluster.address(port: port) }
        throw CancellationError()
    }

    /// Has the first pool print something: the one whose template was there before the worker served.
    private func check(_ client: CloisterClient) async throws {
        guard let pool = pools.first, let code = Self.answer(in: pool.runtime) else { return }
        cluster.progress("checking the cluster with one execution")
        let identifier = try SessionIdentifier("cloister-self-check")
        let response = try await client.execute(
            code: code,
            identifier: identifier.text,
            pool: pool.name.text,
            timeout: min(.seconds(60), pool.limits.timeout)
        )
        let expected = cluster.hasNoOpSandboxes ? NoOpAnswer.output(for: .code(code)) : "42\n"
        guard response.resource.standardOutput == expected else {
            throw LocalClusterError.selfCheck("\(code) did not print \(expected)")
        }
        try await coordinator.dispatcher.stop(SessionKey(pool: pool.name, identifier: identifier))
    }

    /// Code that prints 42; nil for a shell, which takes commands and no code.
    static func answer(in runtime: Runtime) -> String? {
        switch runtime {
        case .shell: nil
        case .node: "console.log(6*7)"
        default: "print(6*7)"
        }
    }
}
