internal import Client
internal import Domain

/// A file of a session that was chosen.
struct RemoteFile: Hashable, Sendable {
    /// Its path in the session.
    let path: String
    /// The same from what was named on, for its place on this machine.
    let shown: String
}

/// Finds the files of a session that arguments mean.
enum RemoteSelection {
    /// Finds files.
    ///
    /// - Parameters:
    ///   - arguments: paths, patterns, and folders where these are wanted whole.
    ///   - isRecursive: whether folders are.
    ///   - files: the session's files.
    /// - Returns: each file once, in the order of the arguments.
    /// - Throws: `fileNotFound` for a pattern that matches nothing; why there is no list.
    static func files(
        _ arguments: [String],
        isRecursive: Bool,
        of files: SessionFiles
    ) async throws -> [RemoteFile] {
        var found: [RemoteFile] = []
        for argument in arguments {
            let matches = try await matches(argument, isRecursive: isRecursive, of: files)
            found += matches.filter { match in !found.contains { $0.path == match.path } }
        }
        return found
    }

    private static func matches(
        _ argument: String,
        isRecursive: Bool,
        of files: SessionFiles
    ) async throws -> [RemoteFile] {
        guard NamePattern.isPattern(argument) else {
            let inside = isRecursive ? try await below(argument, of: files) : []
            return inside.isEmpty ? [RemoteFile(path: argument, shown: lastName(argument))] : inside
        }
        let pattern = NamePattern(argument)
        let entries = try await files.list(pattern.folder, isRecursive: pattern.isDeep)
        var found: [RemoteFile] = []
        for entry in entries {
            let path = pattern.folder.isEmpty ? entry.path : "\(pattern.folder)/\(entry.path)"
            guard pattern.matches(path) else { continue }
            if entry.type != "directory" {
                found.append(RemoteFile(path: path, shown: lastName(path)))
            } else if isRecursive {
                found += try await below(path, of: files)
            }
        }
        guard !found.isEmpty else {
            throw Failure(
                .fileNotFound,
                "Nothing matches \(argument)\(isRecursive ? "" : "; folders need -r")."
            )
        }
        return found
    }

    private static func below(_ folder: String, of files: SessionFiles) async throws -> [RemoteFile] {
        try await files.list(folder, isRecursive: true).filter { $0.type != "directory" }.map { entry in
            let name = lastName(folder)
            return RemoteFile(
                path: folder.isEmpty ? entry.path : "\(folder)/\(entry.path)",
                shown: name.isEmpty ? entry.path : "\(name)/\(entry.path)"
            )
        }
    }

    private static func lastName(_ path: String) -> String {
        PathParts.of(path).last ?? ""
    }
}
