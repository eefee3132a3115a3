internal import ArgumentParser
internal import ClientCommands
internal import Glibc

/// Where `cloister run` takes its code from.
enum CodeSource {
    /// More than a pool takes; a greater file is an accident.
    private static let limit = 4 << 20

    /// Reads the code.
    ///
    /// - Parameter argument: the code itself, a file's path, `-`, or nothing.
    /// - Returns: the code.
    /// - Throws: a validation error when it cannot be read.
    static func read(_ argument: String?) throws -> String {
        guard let argument, argument != "-" else {
            return try checked(TextFile.content(of: 0, limit: limit), name: "Standard input")
        }
        var status = stat()
        guard stat(argument, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return argument }
        return try checked(TextFile.content(of: argument, limit: limit), name: "The file \(argument)")
    }

    private static func checked(_ content: String?, name: String) throws -> String {
        guard let content else {
            throw ValidationError("\(name) cannot be read, is not UTF-8, or is longer than \(limit) bytes.")
        }
        return content
    }
}
