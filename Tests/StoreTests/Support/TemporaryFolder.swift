import Glibc
import Logging

@testable import Store

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/cloister-store-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        for name in Self.names(in: path) { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// Where tests have their store.
    var storePath: String { path + "/store.sqlite" }

    /// Opens the store of this folder.
    func open(busyTime: Duration = .seconds(2), logger: Logger? = nil) async throws(StoreError) -> SQLiteStore
    {
        try await SQLiteStore.open(at: storePath, busyTime: busyTime, logger: logger ?? LogBook().logger)
    }

    /// The files in a folder.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// Whole files.
enum WholeFile {
    static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "rbe") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { return bytes }
            bytes += part[..<count]
        }
    }

    static func write(_ bytes: some Sequence<UInt8>, to path: String) {
        guard let file = fopen(path, "wbe") else { return }
        let all = Array(bytes)
        fwrite(all, 1, all.count, file)
        fclose(file)
    }

    /// The permissions of a file.
    static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }
}

/// Waits for a condition that no event announces, in a test only.
func eventually(within limit: Duration, _ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try await condition()
}
