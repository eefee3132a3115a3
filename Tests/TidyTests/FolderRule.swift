/// Nothing empty and nothing forgotten among the folders.
enum FolderRule {
    static func check(folders: [String], files: [String]) -> [Violation] {
        folders.filter { folder in !files.contains { $0.hasPrefix(folder + "/") } }.map { folder in
            Violation(path: folder, line: 1, rule: "folders", "the folder is empty")
        }
    }

    /// Checks that each folder of the sources is built as a target.
    static func checkTargets(folders: [String], manifest: String) -> [Violation] {
        folders.compactMap { folder in
            let parts = folder.split(separator: "/")
            guard parts.count == 2, !manifest.contains("name: \"\(parts[1])\"") else { return nil }
            return Violation(
                path: folder,
                line: 1,
                rule: "folders",
                "the manifest has no target of this name"
            )
        }
    }
}
