internal import Subprocess
internal import SystemPackage

/// A program that is run for what it prints.
enum ShortCommand {
    /// What a program that ended had to say.
    struct Answer: Sendable {
        /// Its exit code; nil when a signal ended it.
        let exitCode: Int32?
        /// What it printed, errors after the rest.
        let output: String
    }

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - words: its path and its arguments.
    ///   - deadline: when it is killed.
    /// - Returns: how it ended and what it printed.
    /// - Throws: `launchFailed` when it cannot be started or prints too much, `deadlineExceeded`.
    static func run(
        _ words: [String],
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) -> Answer {
        let program = words.first ?? ""
        do {
            return try await withThrowingTaskGroup(of: Answer?.self) { tasks in
                tasks.addTask {
                    let result = try await Subprocess.run(
                        .path(.init(program)),
                        arguments: Arguments(Array(words.dropFirst())),
                        environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]),
                        output: .string(limit: 1 << 16),
                        error: .string(limit: 1 << 16)
                    )
                    let output = result.standardOutput + result.standardError
                    guard case .exited(let code) = result.terminationStatus else {
                        return Answer(exitCode: nil, output: output)
                    }
                    return Answer(exitCode: code, output: output)
                }
                tasks.addTask {
                    try await Task.sleep(until: deadline)
                    return nil
                }
                let first = try await tasks.next()
                tasks.cancelAll()
                guard let answer = first ?? nil else {
                    throw MicroVMError(.deadlineExceeded, "\(program) took too long.")
                }
                return answer
            }
        } catch let error as MicroVMError {
            throw error
        } catch {
            throw MicroVMError(.launchFailed, "\(program) could not be run: \(error).")
        }
    }
}
