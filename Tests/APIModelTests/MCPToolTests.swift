import APIModel
import Domain
import FoundationEssentials
import Testing

/// Tools: how they are told of, called, and what they end with.
@Suite("Tools of MCP", .timeLimit(.minutes(1)))
struct MCPToolTests {
    private func call(_ name: String, _ arguments: String) throws -> MCPToolCall {
        let text = #"{"name":"\#(name)","arguments":\#(arguments)}"#
        return try MCPToolCall(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
    }

    private func members(_ value: JSONValue?) -> [JSONValue.Member] {
        guard case .object(let members)? = value else { return [] }
        return members
    }

    @Test("Each tool has a name of its own, a text for models, and schemas whose required members exist")
    func catalogue() throws {
        guard case .array(let tools)? = MCPServerDescription.tools["tools"] else {
            Issue.record("no list")
            return
        }
        #expect(tools.count == 9)
        #expect(Set(tools.compactMap { $0["name"]?.text }).count == 9)
        for tool in tools {
            let name = tool["name"]?.text ?? ""
            #expect((tool["description"]?.text ?? "").count > 40, "\(name)")
            #expect(tool["title"] == tool["annotations"]?["title"])
            for schema in [tool["inputSchema"], tool["outputSchema"]] {
                #expect(schema?["type"] == .string("object"), "\(name)")
                let known = members(schema?["properties"])
                guard case .array(let required)? = schema?["required"] else {
                    Issue.record("\(name) requires nothing")
                    continue
                }
                for member in required { #expect(known.contains { .string($0.name) == member }) }
                for member in known { #expect(member.value["description"] != nil, "\(name).\(member.name)") }
            }
            let needsEnvironment = !name.hasPrefix("launch")
            #expect((tool["inputSchema"]?["properties"]?["environmentId"] != nil) == needsEnvironment)
            #expect(tool["annotations"]?["openWorldHint"] == .boolean(false))
            let reads = name.hasPrefix("list") || name.hasPrefix("read")
            #expect(tool["annotations"]?["readOnlyHint"] == .boolean(reads))
        }
    }

    @Test("Arguments are read under their names and those that clients of Azure have been seen to send")
    func arguments() throws {
        let run = { (tool: String, rest: String) throws in
            try call(tool, #"{"environmentId":"abcd",\#(rest)}"#).order()
        }
        let environment = try SessionIdentifier("abcd")
        let (python, shell) = ("runPythonCodeInRemoteEnvironment", "runShellCommandInRemoteEnvironment")
        #expect(
            try run(python, #""pythonCode":"1","timeoutInSeconds":5"#)
                == .run(.code("1"), environment: environment, timeoutInSeconds: 5)
        )
        #expect(
            try run(python, #""code":"1","timeoutSeconds":7.0"#)
                == .run(.code("1"), environment: environment, timeoutInSeconds: 7)
        )
        #expect(
            try run("runNodeCodeInRemoteEnvironment", #""nodeCode":"1","timeoutInSeconds":null"#)
                == .run(.code("1", runtime: .node), environment: environment, timeoutInSeconds: nil)
        )
        let line = ExecutionInput(.shellCommand("ls"), standardInput: [])
        for text in [#""shellCommand":"ls""#, #""command":"ls""#, #""shellCommand":"ls","stdin":"""#] {
            #expect(try run(shell, text) == .run(line, environment: environment, timeoutInSeconds: nil))
        }
        let program = ExecutionInput(.program(["ls", "-l"]))
        for text in [#""execCommandAndArgs":["ls","-l"]"#, #""command":["ls","-l"]"#] {
            #expect(try run(shell, text) == .run(program, environment: environment, timeoutInSeconds: nil))
        }
        #expect(
            try run("readFileInRemoteEnvironment", #""path":"/mnt/data/a b","offset":3,"length":4"#)
                == .read(try SessionFilePath("a b"), environment: environment, offset: 3, length: 4)
        )
        #expect(
            try run("writeFileInRemoteEnvironment", #""path":"a","base64":"AP8=""#)
                == .write(try SessionFilePath("a"), environment: environment, [0, 255])
        )
        #expect(
            try run("listFilesInRemoteEnvironment", #""recursive":true"#)
                == .list(.dataFolder, environment: environment, isRecursive: true)
        )
        #expect(try call("launchShellEnvironment", "{}").tool.name == "launchShell")
        #expect(try call("launchPythonEnvironment", "null").order() == .launch)
    }

    @Test(
        "What does not do about an argument is said in a sentence that names it",
        arguments: [
            ("runPythonCodeInRemoteEnvironment", #"{"environmentId":"abcd"}"#, "pythonCode"),
            ("runPythonCodeInRemoteEnvironment", #"{"pythonCode":"1"}"#, "environmentId"),
            ("runPythonCodeInRemoteEnvironment", #"{"environmentId":"1","pythonCode":"1"}"#, "4 to 128"),
            ("runPythonCodeInRemoteEnvironment", #"{"environmentId":7,"pythonCode":"1"}"#, "environmentId"),
            ("runPythonCodeInRemoteEnvironment", #"{"environmentId":"abcd","pythonCode":[]}"#, "pythonCode"),
            (
                "runPythonCodeInRemoteEnvironment",
                #"{"environmentId":"abcd","pythonCode":"1","timeoutInSeconds":0}"#, "timeoutInSeconds"
            ),
            (
                "runPythonCodeInRemoteEnvironment",
                #"{"environmentId":"abcd","pythonCode":"1","timeoutInSeconds":1.5}"#, "timeoutInSeconds"
            ),
            ("runShellCommandInRemoteEnvironment", #"{"environmentId":"abcd"}"#, "shellCommand"),
            (
                "runShellCommandInRemoteEnvironment",
                #"{"environmentId":"abcd","shellCommand":"a","execCommandAndArgs":["b"]}"#, "exclude"
            ),
            (
                "runShellCommandInRemoteEnvironment", #"{"environmentId":"abcd","execCommandAndArgs":[1]}"#,
                "execCommandAndArgs"
            ),
            ("readFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"/"}"#, "path"),
            ("readFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"../x"}"#, "path"),
            ("readFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"x","offset":-1}"#, "offset"),
            ("writeFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"x"}"#, "text or base64"),
            (
                "writeFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"x","text":"","base64":""}"#,
                "text or base64"
            ),
            ("writeFileInRemoteEnvironment", #"{"environmentId":"abcd","path":"x","base64":"?"}"#, "base64"),
            ("listFilesInRemoteEnvironment", #"{"environmentId":"abcd","recursive":"yes"}"#, "recursive"),
        ]
    )
    func refused(tool: String, arguments: String, word: String) throws {
        let call = try call(tool, arguments)
        let failure = #expect(throws: Failure.self) { try call.order() }
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
        #expect((failure?.code.httpStatus ?? 0) < 500)
    }

    @Test(
        "A call of no tool is an error of the protocol",
        arguments: [
            #"{}"#, #"{"name":1}"#, #"{"name":"nope"}"#, #"{"name":"launchShell","arguments":[]}"#,
            #"{"name":"launchShell","arguments":"x"}"#,
        ]
    )
    func unknown(parameters: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(parameters.utf8))
        let error = #expect(throws: RPCError.self) { try MCPToolCall(value) }
        #expect(error?.code == .invalidParameters)
    }

    private func report(_ events: ExecutionEvent...) throws -> ExecutionReport {
        var report = try PlayedReport.begun()
        for event in events { report.append(event) }
        return report
    }

    private func result(_ tool: String, _ report: ExecutionReport, imageBytes: Int = 100) throws -> JSONValue
    {
        let tool = try #require(MCPTool.named(tool))
        return try MCPExecutionResult.result(report, of: tool, imageBytes: imageBytes).json
    }

    @Test("A result says the same to models and to programs, and shows the pictures that fit")
    func execution() throws {
        let ended = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .milliseconds(7)))
        let picture = ResultImage(format: "png", bytes: Array(repeating: 1, count: 60))
        let json = try result(
            "runPythonCodeInRemoteEnvironment",
            report(
                .standardOutput([0xff, 0x41]),
                .value(ResultValue(text: "'é'", json: #""é""#)),
                .image(picture),
                .image(picture),
                ended
            )
        )
        let structure = try #require(json["structuredContent"])
        #expect(structure["stdout"]?.text == "\u{FFFD}A")
        #expect(structure["result"]?.text == "'é'")
        #expect(structure["isNewEnvironment"] == .boolean(true))
        #expect(structure["truncated"] == .array([.string("images")]))
        #expect(json["isError"] == .boolean(false))
        guard case .array(let content)? = json["content"] else { return }
        #expect(content.compactMap { $0["type"]?.text } == ["text", "image"])
        #expect(content.first?["text"]?.text == String(decoding: structure.encoded, as: UTF8.self))
        #expect(content.last?["mimeType"]?.text == "image/png")
    }

    @Test("Code that raises an error and a time-out are errors; an exit code is an answer")
    func outcomes() throws {
        let failed = { (code: Int?) in
            ExecutionEvent.ended(
                Outcome(status: .failed, errorName: "E", errorMessage: "m", duration: .zero, exitCode: code)
            )
        }
        let late = ExecutionEvent.ended(Outcome(status: .timedOut, duration: .seconds(1)))
        let (python, shell) = ("runPythonCodeInRemoteEnvironment", "runShellCommandInRemoteEnvironment")
        let raised = try result(python, report(failed(nil)))
        #expect(raised["isError"] == .boolean(true))
        #expect(raised["structuredContent"]?["error"]?["code"]?.text == "ExecutionFailed")
        let exit = try result(shell, report(failed(3)))
        #expect(exit["isError"] == .boolean(false))
        #expect(exit["structuredContent"]?["exitCode"] == .integer(3))
        #expect(exit["structuredContent"]?["error"] == nil)
        let stopped = try result(shell, report(late))
        #expect(stopped["isError"] == .boolean(true))
        #expect(stopped["structuredContent"]?["exitCode"] == .integer(-1))
        #expect(throws: Failure.self) { try result(python, report()) }
    }

    @Test("Long output is cut, and it is said what")
    func cut() throws {
        let long = Array(repeating: UInt8(ascii: "x"), count: MCPLimits.streamBytes + 1)
        let json = try result(
            "runPythonCodeInRemoteEnvironment",
            report(
                .standardError(long),
                .value(ResultValue(text: String(decoding: long, as: UTF8.self), json: nil)),
                .ended(Outcome(status: .succeeded, duration: .zero))
            )
        )
        let structure = try #require(json["structuredContent"])
        #expect(structure["truncated"] == .array([.string("stderr"), .string("result")]))
        #expect(structure["stderr"]?.text?.count == MCPLimits.streamBytes)
    }

    @Test("Files are read as text, as pictures or as blobs, and half a character is left for the next call")
    func files() throws {
        let read = { (name: String, bytes: [UInt8], size: Int, offset: Int) throws in
            let path = try SessionFilePath(name)
            let file = SessionFile(path: path, isFolder: false, size: size, modified: 0)
            return MCPToolResult.read(bytes, at: offset, of: file).json
        }
        let form = { (json: JSONValue) in json["structuredContent"]?["form"]?.text }
        let first = { (json: JSONValue) -> JSONValue in
            guard case .array(let content)? = json["content"] else { return .null }
            return content.first ?? .null
        }
        let text = try read("a.csv", Array("é\n".utf8), 3, 0)
        #expect(form(text) == "text" && first(text)["text"]?.text == "é\n")
        let part = try read("a.csv", Array("aé".utf8.dropLast()), 10, 2)
        #expect(form(part) == "text" && part["structuredContent"]?["length"] == .integer(1))
        #expect(part["structuredContent"]?["isComplete"] == .boolean(false))
        let last = try read("a.csv", Array("aé".utf8.dropLast()), 12, 10)
        #expect(form(last) == "blob", "nothing comes behind it, so it is no text")
        let picture = try read("a.png", [0x89, 0x50], 2, 0)
        #expect(form(picture) == "image" && first(picture)["mimeType"]?.text == "image/png")
        #expect(form(try read("a.png", [0x89], 2, 0)) == "blob")
        let blob = try read("b c/ü.bin", [0, 1], 2, 0)
        #expect(first(blob)["resource"]?["uri"]?.text == "file:///mnt/data/b%20c/%C3%BC.bin")
        #expect(first(blob)["resource"]?["blob"]?.text == "AAE=")
        #expect(form(try read("empty.png", [], 0, 0)) == "text")
    }
}
