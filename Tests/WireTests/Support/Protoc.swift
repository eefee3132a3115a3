import Foundation
import Testing

/// Google's implementation of protobuf as a command, from Debian's package protobuf-compiler.
enum Protoc {
    /// Where the command is; nil when it is not installed.
    static let executable: URL? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        let candidates = path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/protoc") }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }()

    /// Turns the text of a message into its encoding.
    static func encoded(_ text: String, as name: String) async throws -> [UInt8] {
        try await Array(run("--encode=cloister.v1.\(name)", Data(text.utf8)))
    }

    /// Turns the encoding of a message into its text.
    static func text(_ bytes: [UInt8], as name: String) async throws -> String {
        String(decoding: try await run("--decode=cloister.v1.\(name)", Data(bytes)), as: UTF8.self)
    }

    private static func run(_ argument: String, _ message: Data) async throws -> Data {
        let protos = URL(fileURLWithPath: #filePath).appending(path: "../../../../Protos").standardized
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, because two pipes that one thread serves can wait for each other for ever.
        let (given, made) = (folder.appending(path: "given"), folder.appending(path: "made"))
        try message.write(to: given)
        try Data().write(to: made)
        let process = Process()
        process.executableURL = executable
        process.arguments = [
            "--proto_path=\(protos.path)", argument, "cloister/v1/common.proto", "cloister/v1/guest.proto",
            "cloister/v1/worker.proto",
        ]
        let (input, output) = (try FileHandle(forReadingFrom: given), try FileHandle(forWritingTo: made))
        defer {
            try? input.close()
            try? output.close()
        }
        process.standardInput = input
        process.standardOutput = output
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try #require(status == 0, "protoc \(argument) failed with \(status)")
        return try Data(contentsOf: made)
    }
}
