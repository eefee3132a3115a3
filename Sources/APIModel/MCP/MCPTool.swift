/// A tool of the MCP server, as models read about it.
package struct MCPTool: Hashable, Sendable {
    /// What a tool does.
    package enum Kind: Hashable, Sendable {
        /// Gives a new environment its name.
        case launch
        /// Runs a command.
        case shell
        /// Runs Python code.
        case python
        /// Runs JavaScript code.
        case node
        /// Lists a folder.
        case list
        /// Reads a file.
        case read
        /// Writes a file.
        case write
    }

    /// The name by which it is called.
    package let name: String
    /// What it does.
    package let kind: Kind
    let title: String
    let text: String
    let input: MCPSchema
    let output: MCPSchema

    /// All tools, whatever the pool's runtime: every environment can do everything.
    package static let all: [Self] = launching + running + files

    /// Finds a tool.
    ///
    /// - Parameter name: its name, or one of the names that clients of Azure have been seen to use for it.
    /// - Returns: the tool.
    package static func named(_ name: String) -> Self? {
        let known = name == "launchShellEnvironment" ? "launchShell" : name
        return all.first { $0.name == known }
    }

    /// The tool as `tools/list` has it.
    var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("title", .string(title)),
            .init("description", .string(text)),
            .init("inputSchema", input.json), .init("outputSchema", output.json),
            .init("annotations", annotations),
        ])
    }

    // Nothing reaches out of an environment, so no world is open to it.
    private var annotations: JSONValue {
        let onlyReads = kind == .list || kind == .read
        return .object([
            .init("title", .string(title)), .init("readOnlyHint", .boolean(onlyReads)),
            .init("destructiveHint", .boolean(!onlyReads && kind != .launch)),
            .init("idempotentHint", .boolean(onlyReads || kind == .write)),
            .init("openWorldHint", .boolean(false)),
        ])
    }
}

extension MCPTool {
    private static let launching = [
        ("launchPythonEnvironment", "Launch a Python environment", "Python code"),
        ("launchNodeEnvironment", "Launch a Node.js environment", "JavaScript code"),
        ("launchShell", "Launch a shell", "shell commands"),
    ].map { name, title, what in
        Self(
            name: name,
            kind: .launch,
            title: title,
            text: """
                Launches a new, empty, isolated environment for \(what) and returns its environmentId, which every \
                other tool needs. Call it once and reuse the id: variables and files in /mnt/data are kept between \
                calls. Call it again only for an environment that shares nothing with the first, or after \
                "Environment not found".
                """,
            input: MCPSchema([]),
            output: MCPSchema([
                .required("environmentId", .text, "The name of the environment, for all further calls.")
            ])
        )
    }

    private static let running = [
        Self(
            name: "runPythonCodeInRemoteEnvironment",
            kind: .python,
            title: "Run Python code",
            text: """
                Runs Python code in an environment, as a cell of a notebook: variables and imports are kept for the \
                next call, and the value of the last expression is the result. NumPy, pandas and matplotlib are \
                installed; there is no network. Figures of matplotlib come back as images. Read and write files \
                in /mnt/data.
                """,
            input: .code("pythonCode", "The Python code."),
            output: .interpreted
        ),
        Self(
            name: "runNodeCodeInRemoteEnvironment",
            kind: .node,
            title: "Run JavaScript code",
            text: """
                Runs JavaScript code with Node.js in an environment: variables are kept for the next call, await \
                works at the top level, and the value of the last expression is the result. There is no network. \
                Read and write files in /mnt/data.
                """,
            input: .code("nodeCode", "The JavaScript code."),
            output: .interpreted
        ),
        Self(
            name: "runShellCommandInRemoteEnvironment",
            kind: .shell,
            title: "Run a shell command",
            text: """
                Runs a command in an environment, by a new bash that begins in /mnt/data, or a program with its \
                arguments. Give either shellCommand or execCommandAndArgs. Files are kept for the next call, shell \
                variables and the folder are not. There is no network. An exitCode other than 0 is the \
                command's own verdict; -1 means that it ran into the time-out.
                """,
            input: .command,
            output: .commanded
        ),
    ]

    private static let files = [
        Self(
            name: "listFilesInRemoteEnvironment",
            kind: .list,
            title: "List files",
            text:
                "Lists the files and folders in a folder of an environment, /mnt/data unless another is named.",
            input: MCPSchema([
                .environment, .optional("path", .text, "The folder, from /mnt/data on."),
                .optional("recursive", .boolean, "Whether to list all folders below as well."),
            ]),
            output: MCPSchema([
                .required("files", .list(of: .file), "The files and folders, by path."),
                .required("isComplete", .boolean, "Whether the list has everything; name a folder if not."),
            ])
        ),
        Self(
            name: "readFileInRemoteEnvironment",
            kind: .read,
            title: "Read a file",
            text: """
                Reads a file of an environment: text as text, a picture as an image, anything else as a base64 blob. \
                One call reads at most \(MCPLimits.readBytes) bytes; read larger files in parts with offset and \
                length.
                """,
            input: MCPSchema([
                .environment, .required("path", .text, "The file, from /mnt/data on."),
                .optional("offset", .number(from: 0), "The first byte to read, 0 unless it is given."),
                .optional("length", .number(from: 1), "How many bytes to read, the rest unless it is given."),
            ]),
            output: .content
        ),
        Self(
            name: "writeFileInRemoteEnvironment",
            kind: .write,
            title: "Write a file",
            text: """
                Writes a file of an environment, in place of any other of that name; missing folders are made. Give \
                either text or base64, at most \(MCPLimits.writeBytes) bytes.
                """,
            input: MCPSchema([
                .environment, .required("path", .text, "The file, from /mnt/data on."),
                .optional("text", .text, "What to write, as UTF-8."),
                .optional("base64", .text, "What to write, for anything that is no text."),
            ]),
            output: .fileWritten
        ),
    ]
}
