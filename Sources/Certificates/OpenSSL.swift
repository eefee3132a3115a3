internal import Domain
internal import Subprocess

/// The `openssl` program, which makes keys, requests and certificates.
enum OpenSSL {
    private static let patience: Duration = .seconds(20)

    /// Runs one of its commands.
    ///
    /// - Parameters:
    ///   - arguments: the command and its arguments.
    ///   - input: what it reads from its standard input.
    ///   - code: what a failure of the command means to the caller.
    ///   - meaning: the sentence for that, without a full stop.
    /// - Returns: what it printed.
    /// - Throws: `invalidConfiguration` when there is no such program; else the given code.
    static func run(
        _ arguments: [String],
        input: String = "",
        orFail code: FailureCode = .invalidConfiguration,
        _ meaning: String
    ) async throws(Failure) -> String {
        do {
            return try await withThrowingTaskGroup(of: String?.self) { tasks in
                tasks.addTask {
                    let result = try await Subprocess.run(
                        .name("openssl"),
                        arguments: Arguments(arguments),
                        environment: .custom([
                            "PATH": "/usr/bin:/bin", "LC_ALL": "C", "OPENSSL_CONF": "/dev/null",
                        ]),
                        input: .string(input),
                        output: .string(limit: 1 << 18),
                        error: .string(limit: 1 << 16)
                    )
                    guard result.terminationStatus == .exited(0) else {
                        throw Failure(code, "\(meaning).")
                    }
                    return result.standardOutput
                }
                tasks.addTask {
                    try await Task.sleep(for: patience)
                    return nil
                }
                let first = try await tasks.next()
                tasks.cancelAll()
                guard let output = first ?? nil else {
                    throw Failure(.notReady, "The openssl program took too long.", retryAfterSeconds: 5)
                }
                return output
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(
                .invalidConfiguration,
                "The openssl program cannot be run: install it (apt-get install openssl)."
            )
        }
    }
}
