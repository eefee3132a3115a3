package import Domain
package import MicroVM

/// A hypervisor whose machines run nothing, to measure what the cluster itself costs.
///
/// It is nothing that a client can ask for: who starts a worker has to say so (`--no-op-sandbox`).
package struct NoOpHypervisor: Hypervisor {
    /// It runs nothing.
    package let hasNoOpSandboxes = true

    /// Makes a hypervisor.
    package init() {}

    package func prepare(
        _ pool: PoolConfiguration,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(Failure) {}

    package func image(of runtime: Runtime) async throws(MicroVMError) -> ImageDescription {
        ImageDescription(
            runtimes: [.init(name: "no-op sandbox", version: ProductVersion.text)],
            packages: [],
            kernel: nil,
            createdMilliseconds: 0
        )
    }

    package func run(trouble: @escaping @Sendable (String) -> Void) async {}

    package func withMachine<Value: Sendable>(
        for pool: PoolConfiguration,
        urgency: StartUrgency,
        _ body: @Sendable (any Machine) async throws -> Value
    ) async throws -> Value {
        try await body(NoOpMachine())
    }
}
