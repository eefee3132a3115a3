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
        // By bytes: two spellings of one character are two files.
        var known: Set<[UInt8]> = []
        for argument in arguments {
            let matches = try await matches(argument, isRecursive: isRecursive, of: files)
            found += matches.filter { known.insert(Array($0.path.utf8)).inserted }
        }
        return found
    }

    private static func matches(
        _ argument: String,
        isRecursive: Bool,
        of files: SessionFiles
    ) async throws -> [RemoteFile] {
        let path = try SessionFilePath(argument)
        let isPattern = NamePattern.isPattern(path.text)
        guard isPattern || isRecursive else { return [file(path.text)] }
        guard !path.names.isEmpty else {
            return try await below(path.text, as: lastName(argument), of: files)
        }
        let pattern = NamePattern(path.text)
        let folder = isPattern ? pattern.folder : path.folder.text
        let entries = try await files.list(folder, isRecursive: isPattern && pattern.isDeep).map { entry in
            (
                path: folder.isEmpty ? entry.path : "\(folder)/\(entry.path)",
                isFolder: entry.type == "directory"
            )
        }
        // A file that has just this name is meant, whatever its signs mean in a pattern.
        let exact = entries.filter { $0.path.utf8.elementsEqual(path.text.utf8) }
        var found: [RemoteFile] = []
        for entry in exact.isEmpty && isPattern ? entries.filter({ pattern.matches($0.path) }) : exact {
            if !entry.isFolder {
                found.append(file(entry.path))
            } else if isRecursive {
                found += try await below(entry.path, as: lastName(entry.path), of: files)
            }
        }
        if !exact.isEmpty, !found.isEmpty || isRecursive { return found }
        guard isPattern else { return [file(path.text)] }
        guard !found.isEmpty else {
            throw Failure(
                .fileNotFound,
                "Nothing matches \(argument)\(isRecursive ? "" : "; folders need -r")."
            )
        }
        return found
    }

    private static func below(
        _ folder: String,
        as name: String,
        of files: SessionFiles
    ) async throws -> [RemoteFile] {
        try await files.list(folder, isRecursive: true).filter { $0.type != "directory" }.map { entry in
            RemoteFile(
                path: folder.isEmpty ? entry.path : "\(folder)/\(entry.path)",
                shown: name.isEmpty ? entry.path : "\(name)/\(entry.path)"
            )
        }
    }

    private static func file(_ path: String) -> RemoteFile { RemoteFile(path: path, shown: lastName(path)) }

    private static func lastName(_ path: String) -> String { PathParts.of(path).last ?? "" }
}
