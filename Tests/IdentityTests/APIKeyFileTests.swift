import FoundationEssentials
import Glibc
import Identity
import Testing

@Suite struct APIKeyFileTests {
    @Test func `The first use makes a file that only its owner can read, and later uses read it`() throws {
        try withDirectory { directory in
            let file = APIKeyFile(path: directory + "/key")
            let key = try file.loadOrCreate()
            #expect(try mode(of: file.path) == 0o600)
            #expect(try file.loadOrCreate().secret == key.secret)
            #expect(try contents(of: directory) == ["key"])
        }
    }

    @Test func `Many who make the file at once end with the same key and leave nothing else behind`()
        async throws
    {
        try await withDirectory { directory in
            let secrets = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<16 {
                    group.addTask { try APIKeyFile(path: directory + "/key").loadOrCreate().secret }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(secrets.count == 1)
            #expect(try contents(of: directory) == ["key"])
        }
    }

    @Test func `A missing file is no key and is not made by reading`() throws {
        try withDirectory { directory in
            let key = try APIKeyFile(path: directory + "/key").load()
            #expect(key.map(\.secret) == nil)
            #expect(try contents(of: directory).isEmpty)
        }
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o777, 0o620, 0o601] as [mode_t])
    func `A file that others have access to is refused and left as it is`(mode: mode_t) throws {
        try withDirectory { directory in
            let path = directory + "/key"
            try Data("clk_0123456789abcdefghij\n".utf8).write(to: URL(filePath: path))
            chmod(path, mode)
            let error = #expect(throws: APIKeyFileError.self) { try APIKeyFile(path: path).loadOrCreate() }
            #expect(error?.code == .exposed)
            #expect(error?.message.contains(String(mode, radix: 8)) == true)
            #expect(try self.mode(of: path) == mode)
        }
    }

    @Test(arguments: [
        "clk_0123456789abcdefghij", "clk_0123456789abcdefghij\n", "clk_0123456789abcdefghij\r\n",
    ])
    func `A key written by hand is read with or without a line end`(content: String) throws {
        try withFile(content) { file in
            let key = try file.loadOrCreate()
            #expect(key.secret == "clk_0123456789abcdefghij")
        }
    }

    @Test(arguments: [
        "", "\n", "short", "two words that are long enough", "clk_0123456789abcdefghij\nanother\n",
        String(repeating: "x", count: 600), "clk_0123456789\u{0}abcdefghij",
    ])
    func `A file that holds no key is refused and not overwritten`(content: String) throws {
        try withFile(content) { file in
            let error = #expect(throws: APIKeyFileError.self) { try file.loadOrCreate() }
            #expect(error?.code == .malformed)
            let left = try Data(contentsOf: URL(filePath: file.path))
            #expect(left == Data(content.utf8))
        }
    }

    @Test func `A directory or a pipe at the file's place is refused at once`() throws {
        try withDirectory { directory in
            mkfifo(directory + "/pipe", 0o600)
            for path in [directory, directory + "/pipe"] {
                let error = #expect(throws: APIKeyFileError.self) {
                    try APIKeyFile(path: path).loadOrCreate()
                }
                #expect(error?.code == .notAFile)
            }
        }
    }

    @Test func `A missing directory is told with its path`() throws {
        try withDirectory { directory in
            let path = directory + "/none/key"
            let error = #expect(throws: APIKeyFileError.self) { try APIKeyFile(path: path).loadOrCreate() }
            #expect(error?.code == .system)
            #expect(error?.description.contains(path) == true)
        }
    }

    private func withFile(_ content: String, _ body: (APIKeyFile) throws -> Void) throws {
        try withDirectory { directory in
            let path = directory + "/key"
            try Data(content.utf8).write(to: URL(filePath: path))
            chmod(path, 0o600)
            try body(APIKeyFile(path: path))
        }
    }

    private func mode(of path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }

    private func contents(of directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory)
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = try makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = try makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    private func makeDirectory() throws -> String {
        var template = Array("/tmp/cloister-key-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        return try #require(made)
    }
}
