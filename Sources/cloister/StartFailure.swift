internal import Domain
internal import NIOCore

/// Turns an error of the start into a sentence that says what to do.
enum StartFailure {
    /// Explains an error.
    ///
    /// - Parameters:
    ///   - error: what kept the cluster from starting.
    ///   - port: the API's port.
    /// - Returns: one sentence or two.
    static func explained(_ error: any Error, port: Int) -> String {
        if let failure = error as? Failure { return failure.message }
        if let system = error as? IOError, system.errnoCode == 98 {
            return "The port \(port) is in use. End the program that has it, or choose another with --port."
        }
        return "\(error)"
    }
}
