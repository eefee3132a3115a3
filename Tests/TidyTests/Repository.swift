import Foundation

/// The package's files.
struct Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .standardizedFileURL

    /// What generators wrote; no rule is for it.
    static let generated = ["Sources/CWire/"]

    /// All files below some folders of the package, by their paths from its root, in order.
    static func files(below folders: [String]) throws -> [String] {
        try folders.flatMap { try entries(below: $0) }.filter { !$0.isFolder }.map(\.path).sorted()
    }

    /// All folders below some folders of the package, themselves included.
    static func folders(below folders: [String]) throws -> [String] {
        try folders + folders.flatMap { try entries(below: $0) }.filter(\.isFolder).map(\.path).sorted()
    }

    /// The Swift files of the product and of the tests.
    static func swiftSources() throws -> [SwiftSource] {
        let paths = try files(below: ["Sources", "Tests"]).filter { path in
            path.hasSuffix(".swift") && !generated.contains { path.hasPrefix($0) }
        }
        return try paths.map { SwiftSource(path: $0, text: try text(of: $0)) }
    }

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The shell scripts: files that end in `.sh` or begin with a shell's line.
    static func shellScripts() throws -> [String] {
        let hidden: Set<String> = [".build", ".git", ".swiftpm"]
        let top = try FileManager.default.contentsOfDirectory(atPath: root.path)
            .filter { !hidden.contains($0) && !$0.hasPrefix(".build") }
        let below = try files(below: top.filter { isFolder($0) })
        return (top.filter { !isFolder($0) } + below).sorted().filter { path in
            guard !path.hasSuffix(".swift") else { return false }
            if path.hasSuffix(".sh") { return true }
            guard let handle = FileHandle(forReadingAtPath: root.appending(path: path).path) else {
                return false
            }
            defer { try? handle.close() }
            let start = String(decoding: (try? handle.read(upToCount: 64)) ?? Data(), as: UTF8.self)
            let line = start.prefix { $0 != "\n" }
            return line.hasPrefix("#!")
                && (line.hasSuffix("/sh") || line.hasSuffix("bash") || line.contains("/sh "))
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(
            atPath: root.appending(path: path).path,
            isDirectory: &isFolder
        )
        return exists && isFolder.boolValue
    }

    private static func entries(below folder: String) throws -> [(path: String, isFolder: Bool)] {
        let top = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: top.path) else { return [] }
        var result: [(path: String, isFolder: Bool)] = []
        while let entry = walk.nextObject() as? String {
            let path = folder + "/" + entry
            result.append((path, isFolder(path)))
        }
        return result
    }
}

/// A program of the developer's machine.
enum Tool {
    /// Whether a program is on the search path.
    static func exists(_ name: String) -> Bool {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }

    /// Runs a program in the package's root.
    ///
    /// Its output goes through a file, for a full pipe that nobody reads would stop it.
    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let log = FileManager.default.temporaryDirectory.appending(path: "tidy-\(UUID().uuidString)")
        try Data().write(to: log)
        defer { try? FileManager.default.removeItem(at: log) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = Repository.root
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }
}
