import Domain
import Glibc
import Testing
import Wire

@testable import MicroVM

/// The worker that all tests with a real QEMU share; its template is made once and kept in the cache.
enum RealMachine {
    private static let image = getenv("CLOISTER_IMAGE").map { String(cString: $0) } ?? ""
    private static let cache =
        getenv("CLOISTER_CACHE").map { String(cString: $0) } ?? "/tmp/cloister-test-cache"
    private static let runFolder = TemporaryFolder()
    private static let program = "/usr/bin/qemu-system-x86_64"

    /// Whether there is what these tests need.
    static let isAvailable = !image.isEmpty && FileFacts(of: program) != nil
    /// What to do when there is not.
    static let advice: Comment = "Needs QEMU and, in CLOISTER_IMAGE, the folder of a guest image."

    private static let shared = Task { try await QEMUHypervisor(configuration()) }

    /// The settings of a worker with the real image.
    static func configuration(runDirectory: String? = nil) -> HypervisorConfiguration {
        HypervisorConfiguration(
            imageDirectory: image,
            cacheDirectory: cache,
            runDirectory: runDirectory ?? runFolder.path
        )
    }

    /// The pool of all these tests.
    static func pool() throws -> PoolConfiguration { PoolConfiguration(name: try PoolName("tests")) }

    /// Lends a machine of a runtime's own template.
    ///
    /// - Parameters:
    ///   - runtime: what is warm in it.
    ///   - use: uses it.
    /// - Returns: what `use` returns.
    /// - Throws: an error when there is no machine, and what `use` throws.
    static func withMachine<Result: Sendable>(
        _ runtime: Runtime,
        _ use: @Sendable (any Machine) async throws -> Result
    ) async throws -> Result {
        let hypervisor = try await shared.value
        let pool = PoolConfiguration(name: try PoolName("tests"), runtime: runtime)
        try await hypervisor.prepare(pool) { print("template of \(runtime): \($0)") }
        return try await hypervisor.withMachine(for: pool) { machine in
            print(
                "\(runtime) \(machine.processIdentifier): \(machine.timings.recorded.map { "\($0.stage) \($0.duration)" })"
            )
            return try await use(machine)
        }
    }

    /// The worker, its template made.
    static func hypervisor() async throws -> QEMUHypervisor {
        let hypervisor = try await shared.value
        try await hypervisor.prepare(try pool()) { print("template: \($0)") }
        return hypervisor
    }
}

extension Machine {
    /// Runs code and returns what it printed; it has to succeed.
    func run(_ code: String, number: UInt64 = 1, processes: Int = 0) async throws -> String {
        let order = RunOrder(
            execution: number,
            input: .code(code),
            outputBytes: 1 << 20,
            resultBytes: 1 << 20,
            images: 0,
            processes: processes
        )
        try await send(.run(order), deadline: .now + .seconds(10))
        var output: [UInt8] = []
        for await frame in frames {
            guard case .event(_, let event) = frame else { continue }
            switch event {
            case .standardOutput(let bytes): output += bytes
            case .ended(let outcome):
                #expect(outcome.status == .succeeded, "\(outcome.errorName): \(outcome.errorMessage)")
                return String(decoding: output, as: UTF8.self)
            default: break
            }
        }
        throw MicroVMError(.machineDied, "The machine ended while it ran code: \(await exitReason())")
    }
}
