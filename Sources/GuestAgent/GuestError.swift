internal import Glibc

/// What went wrong inside the guest; it is shown on the console and told to the worker.
struct GuestError: Error, CustomStringConvertible {
    /// What was tried and how it failed.
    let description: String

    /// Makes an error with a sentence.
    ///
    /// - Parameter description: what was tried and how it failed.
    init(_ description: String) { self.description = description }

    /// Makes an error from a failed system call.
    ///
    /// - Parameters:
    ///   - action: what was tried.
    ///   - number: the system's error number.
    init(_ action: String, errno number: Int32) {
        self.description = "\(action): \(String(cString: strerror(number)))"
    }
}
