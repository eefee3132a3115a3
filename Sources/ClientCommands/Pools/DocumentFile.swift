internal import ArgumentParser
internal import Domain
internal import PoolDocuments

/// The files of `cloister apply`.
enum DocumentFile {
    /// More than all pools of a cluster need.
    private static let limit = 4 << 20

    /// Reads a file, or standard input for `-`.
    ///
    /// - Parameter path: the path.
    /// - Returns: the file; secrets in it are looked for beside it.
    /// - Throws: when it cannot be read.
    static func read(_ path: String) throws -> PoolDocuments.File {
        let name = path == "-" ? "standard input" : path
        let text =
            path == "-" ? TextFile.content(of: 0, limit: limit) : TextFile.content(of: path, limit: limit)
        guard let text else {
            throw Failure(
                .invalidRequestContent,
                "\(name) cannot be read: it is not there, not UTF-8 or longer than \(limit >> 20) MiB."
            )
        }
        let folder =
            path == "-"
            ? "."
            : path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let secrets = SecretSource(
            file: { file in
                let place = file.hasPrefix("/") || !path.contains("/") ? file : folder + "/" + file
                return TextFile.content(of: place, limit: 64 << 10)
            },
            variable: { StateDirectory.environment($0) }
        )
        return PoolDocuments.File(name: name, text: text, secrets: secrets)
    }

    /// Reads parameters as `az deployment` takes them: `name=value`, or `@` and a file.
    ///
    /// - Parameter words: the words of the command line.
    /// - Returns: the values by name; the last counts.
    /// - Throws: when one is none, or a file cannot be read.
    static func parameters(_ words: [String]) throws -> [String: ParameterValue] {
        var values: [String: ParameterValue] = [:]
        for word in words {
            if word.hasPrefix("@") {
                let path = String(word.dropFirst())
                guard let text = TextFile.content(of: path, limit: limit) else {
                    throw Failure(.invalidConfiguration, "The parameters \(path) cannot be read.")
                }
                values.merge(try PoolDocuments.parameters(text)) { _, last in last }
                continue
            }
            guard let end = word.firstIndex(of: "="), end != word.startIndex else {
                throw ValidationError("--parameters takes name=value, or @ and the path of a file.")
            }
            values[String(word[..<end])] = .text(String(word[word.index(after: end)...]))
        }
        return values
    }
}
