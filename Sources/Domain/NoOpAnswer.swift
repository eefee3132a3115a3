/// What a no-op sandbox answers: it runs nothing, and each answer says so.
package enum NoOpAnswer {
    /// How many bytes of the code are echoed at most, cut at the end of a character.
    package static let echoBytes = 256

    /// The standard output of an execution.
    ///
    /// - Parameter input: what was to be run.
    /// - Returns: words that no code prints by chance, and the beginning of the code, by which a measurement knows its answer.
    package static func output(for input: ExecutionInput) -> String {
        var echo = Substring(input.text).prefix(echoBytes)
        while echo.utf8.count > echoBytes { echo.removeLast() }
        return "no-op sandbox: \(echo)\n"
    }
}
