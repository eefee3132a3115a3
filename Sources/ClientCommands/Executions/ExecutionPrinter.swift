internal import APIModel
internal import Client
internal import Glibc
internal import Presentation

/// Shows an execution's events: at once as they come, or all of them at the end as one document.
struct ExecutionPrinter {
    private let isLive: Bool
    private let pictures: PictureFolder?
    private var output = GuestText(descriptor: 1)
    private var error = GuestText(descriptor: 2)
    private var outputText = ""
    private var errorText = ""
    private var hasError = false
    private var value: JSONValue?
    private var saved: [String] = []
    private var pictureCount = 0

    /// How it ended; nil before.
    private(set) var end: LiveEnd?

    /// Begins.
    ///
    /// - Parameters:
    ///   - isLive: whether the output is shown as it comes.
    ///   - folder: where pictures are saved, if they are.
    init(isLive: Bool, pictures folder: String?) {
        self.isLive = isLive
        pictures = folder.map { PictureFolder(path: $0) }
    }

    /// Shows an event, or keeps it for the end.
    ///
    /// - Parameter event: the event.
    /// - Throws: when nobody reads any more, or a picture cannot be saved.
    mutating func take(_ event: LiveEvent) async throws {
        switch event {
        case .started: break
        case .output(let text):
            if isLive { try output.write(text) } else { outputText += text }
        case .error(let text):
            hasError = true
            if isLive { try error.write(text) } else { errorText += text }
        case .value(let json):
            value = json
            if isLive, let text = ResultText.of(json) { try output.write(text + "\n") }
        case .image(let format, let content): try await save(format, content)
        case .ended(let end):
            self.end = end
            if isLive { explain(end) }
        }
    }

    private mutating func save(_ format: String, _ content: [UInt8]) async throws {
        pictureCount += 1
        guard let pictures else {
            Console.error(line: "cloister: a picture (\(PlainText.of(format))); --images DIR saves it")
            return
        }
        let path = try await pictures.save(content, format: format, number: pictureCount)
        saved.append(path)
        if isLive { Console.error(line: "cloister: saved \(PlainText.of(path))") }
    }

    private func explain(_ end: LiveEnd) {
        if !end.truncated.isEmpty {
            let parts = PlainText.of(end.truncated.joined(separator: ", "))
            Console.error(line: "cloister: not all was kept of \(parts)")
        }
        // What failed has said why on standard error, or has an exit code that says so.
        let isSaid = end.errorCode == "ExecutionFailed" && (hasError || Int(end.status) != nil)
        if let message = end.errorMessage, !isSaid {
            Console.error(line: "cloister: \(PlainText.of(message))")
        }
        if end.stateWasLost { Console.error(line: "cloister: the session's variables are lost") }
    }

    /// The whole execution for programs.
    ///
    /// - Parameters:
    ///   - identifier: the session.
    ///   - pool: its pool.
    ///   - exitCode: the exit code that this program ends with.
    /// - Returns: the document.
    func document(identifier: String, pool: String, exitCode: Int32) -> JSONValue {
        .object([
            .init("identifier", .string(identifier)), .init("pool", .string(pool)),
            .init("status", .string(end?.status ?? "")), .init("exitCode", .integer(Int(exitCode))),
            .init("stdout", .string(outputText)), .init("stderr", .string(errorText)),
            .init("result", value ?? .null), .init("images", .array(saved.map(JSONValue.string))),
            .init("executionTimeInMilliseconds", .integer(end?.milliseconds ?? 0)),
            .init("truncated", .array((end?.truncated ?? []).map(JSONValue.string))),
            .init("stateLost", .boolean(end?.stateWasLost ?? false)),
            .init("errorCode", end?.errorCode.map(JSONValue.string) ?? .null),
        ])
    }

    /// The exit code that tells how an execution ended.
    ///
    /// - Parameter end: its end.
    /// - Returns: the code of a program where there is one, else 0 or 1, or that of a time-out.
    static func exitCode(of end: LiveEnd) -> Int32 {
        if end.errorCode == "ExecutionTimedOut" { return ExitStatus.timedOut }
        if let code = Int32(end.status) { return (0...255).contains(code) ? code : ExitStatus.codeFailed }
        return end.errorCode == nil ? 0 : ExitStatus.codeFailed
    }
}

/// What a guest writes, as it goes to us: unchanged into a pipe or file, harmless onto a terminal.
private struct GuestText {
    private let descriptor: Int32
    private var filter: TerminalText?

    init(descriptor: Int32) {
        self.descriptor = descriptor
        filter = isatty(descriptor) == 1 ? TerminalText() : nil
    }

    mutating func write(_ text: String) throws(OutputError) {
        let bytes = filter?.next(text.utf8) ?? Array(text.utf8)
        if descriptor == 1 { try Console.deliver(bytes) } else { Console.error(bytes) }
    }
}
