import Domain
import Glibc
import Testing

@testable import MicroVM

/// A worker that has its process to itself, and can tell what it left behind.
struct LonelyWorker: Sendable {
    let runFolder = TemporaryFolder()
    let hypervisor: QEMUHypervisor
    let pool: PoolConfiguration
    private let descriptors: [String]

    /// Starts the worker and has one machine made, after which event loops and pools are there.
    init() async throws {
        let hypervisor = try await QEMUHypervisor(RealMachine.configuration(runDirectory: runFolder.path))
        let pool = try RealMachine.pool()
        try await hypervisor.prepare(pool) { _ in }
        try await hypervisor.withMachine(for: pool) { _ in }
        self.hypervisor = hypervisor
        self.pool = pool
        descriptors = Self.openDescriptors()
    }

    /// Checks that there are no other descriptors, files and children than at the beginning.
    func expectNothingLeft() {
        #expect(Self.openDescriptors() == descriptors)
        #expect(Host.names(in: runFolder.path) == ["lock"])
        #expect(Self.children().isEmpty)
    }

    /// The sockets, pipes and files in memory that this process has open.
    private static func openDescriptors() -> [String] {
        Host.names(in: "/proc/self/fd").compactMap { name in
            let text = linkTarget("/proc/self/fd/\(name)")
            let isOurs = text.hasPrefix("socket:") || text.hasPrefix("pipe:") || text.contains("cloister")
            return isOurs ? "\(name) \(text)" : nil
        }
    }

    /// The processes that this one has started and not buried.
    private static func children() -> [String] {
        Host.names(in: "/proc/self/task").flatMap { thread in
            (TextFile.read("/proc/self/task/\(thread)/children") ?? "").split(separator: " ").map(String.init)
        }
    }
}

/// Where a symbolic link leads; empty when it is none.
func linkTarget(_ path: String) -> String {
    var target = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &target, target.count)
    return count < 0 ? "" : String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
