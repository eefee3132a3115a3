internal import ArgumentParser
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
        guard let argument, argument != "-" else { return try text(of: 0, named: "standard input") }
        var status = stat()
        guard stat(argument, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return argument }
        let descriptor = open(argument, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ValidationError("The file \(argument) cannot be read.") }
        defer { close(descriptor) }
        return try text(of: descriptor, named: argument)
    }

    private static func text(of descriptor: Int32, named name: String) throws -> String {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            content += buffer.prefix(count)
            guard content.count <= limit else { throw ValidationError("\(name) is longer than \(limit) bytes.") }
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw ValidationError("\(name) is not UTF-8.")
        }
        return text
    }
}
