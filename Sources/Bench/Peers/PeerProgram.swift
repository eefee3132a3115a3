internal import FoundationEssentials
internal import Subprocess
internal import SystemPackage

/// An adapter's program.
package struct PeerProgram: Sendable {
    /// Those that take part unless others are named, in the order of the table.
    private static let usual = ["kernel_gateway", "cold_microvm", "native_python"]
    /// How long the first installation of what they need may take.
    private static let patience: Duration = .seconds(15 * 60)

    /// The Python that has what the adapter needs.
    let interpreter: String
    /// Where it is.
    let path: String

    /// The last part of its path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Prepares adapters.
    ///
    /// - Parameters:
    ///   - folder: where they are.
    ///   - names: their names there; none for all.
    /// - Returns: the programs.
    /// - Throws: ``BenchConfigurationError`` that says why they cannot run.
    package static func prepared(in folder: String, names: [String]) async throws -> [Self] {
        let prepare = "\(folder)/prepare"
        guard FileManager.default.isExecutableFile(atPath: prepare) else {
            throw BenchConfigurationError(
                "There are no peers in \(folder): name the folder deploy/bench/peers of the sources with --peers."
            )
        }
        guard let python = try await output(of: prepare) else {
            throw BenchConfigurationError("The peers could not be prepared; the reason stands above.")
        }
        return (names.isEmpty ? usual : names).map { Self(interpreter: python, path: "\(folder)/\($0)") }
    }

    /// The last line of what a program prints; nil when it fails or takes too long.
    private static func output(of path: String) async throws -> String? {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                let result = try await Subprocess.run(
                    .path(FilePath(path)),
                    output: .string(limit: 4_096),
                    error: .currentStandardError
                )
                guard result.terminationStatus == .exited(0) else { return nil }
                return result.standardOutput.split(separator: "\n").last.map(String.init)
            }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
