internal import FoundationEssentials
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// A peer's adapter while it runs: it takes one order after the other (deploy/bench/peers/README.md).
final class PeerProcess: PeerContender {
    /// What an adapter says first.
    private struct Greeting: Decodable {
        let peer: String
        let version: String
        let operations: Set<PeerOperation>
    }

    private struct Order: Encodable {
        let operation: PeerOperation
        let code: String
    }

    private struct Answer: Decodable {
        let milliseconds: Double?
        let output: String?
        let error: String?
    }

    /// An adapter has deadlines of its own, the longest for a cold boot; behind this one it hangs, and is ended.
    private static let patience: Duration = .seconds(400)
    /// A line holds an output of a few digits, or an error's text.
    private static let lineBytesMax = 64 << 10

    private let greeting: Greeting
    private let process: Int32
    private let writer: StandardInputWriter
    private var lines: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator

    private init(
        _ program: PeerProgram,
        _ process: Int32,
        _ writer: StandardInputWriter,
        _ lines: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator
    ) async throws {
        self.process = process
        self.writer = writer
        self.lines = lines
        greeting = try await Self.next(&self.lines, of: program.name, process)
    }

    var name: String { greeting.peer }

    var version: String { greeting.version }

    var operations: Set<PeerOperation> { greeting.operations }

    /// Runs adapters as long as a body needs them; they end with it, also when it fails or is cancelled.
    ///
    /// - Parameters:
    ///   - programs: the adapters' programs.
    ///   - started: those that run already.
    ///   - body: what is done with them.
    /// - Throws: what the body throws, or why an adapter does not start.
    static func withRunning(
        _ programs: ArraySlice<PeerProgram>,
        _ started: [PeerProcess] = [],
        body: ([PeerProcess]) async throws -> Void
    ) async throws {
        guard let program = programs.first else { return try await body(started) }
        var options = PlatformOptions()
        // A session of its own, so that Ctrl-C reaches the adapter by way of its end, which takes along what it started.
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(15))]
        _ = try await Subprocess.run(
            .path(FilePath(program.interpreter)),
            arguments: ["-B", program.path],
            platformOptions: options,
            input: .inputWriter,
            output: .sequence,
            error: .currentStandardError
        ) { execution in
            let lines = execution.standardOutput.strings(bufferingPolicy: .maxLineLength(lineBytesMax))
            let writer = execution.standardInputWriter
            let peer = try await PeerProcess(
                program,
                execution.processIdentifier.value,
                writer,
                lines.makeAsyncIterator()
            )
            try await withRunning(programs.dropFirst(), started + [peer], body: body)
            try await writer.finish()
        }
    }

    func perform(_ operation: PeerOperation) async throws -> [PeerTime] {
        let sum = operation.sum()
        let order = try JSONEncoder().encode(Order(operation: operation, code: sum.code))
        _ = try await writer.write(Array(order) + [UInt8(ascii: "\n")])
        let answer: Answer = try await Self.next(&lines, of: name, process)
        guard let milliseconds = answer.milliseconds, let output = answer.output else {
            throw BenchFailure(code: "PeerFailed", "\(name): \(answer.error ?? "no answer")")
        }
        guard output == "\(sum.value)\n" else {
            throw BenchFailure(
                code: "WrongOutput",
                "\(name) was to print \(sum.value) and printed \(output.prefix(200).debugDescription)."
            )
        }
        return [PeerTime(name: name, time: .milliseconds(milliseconds))]
    }

    private static func next<Value: Decodable>(
        _ lines: inout SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator,
        of name: String,
        _ process: Int32
    ) async throws -> Value {
        // Its end is the end of its lines; its number is nobody else's before we have waited for it.
        let alarm = Task {
            try await Task.sleep(for: patience)
            kill(process, SIGTERM)
        }
        defer { alarm.cancel() }
        guard let line = try await lines.next() else {
            throw BenchConfigurationError("The peer \(name) ended; its own words stand above.")
        }
        return try JSONDecoder().decode(Value.self, from: Data(line.utf8))
    }
}
