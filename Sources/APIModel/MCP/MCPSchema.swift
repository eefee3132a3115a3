/// A JSON Schema of an object: what a tool takes, or what it answers.
struct MCPSchema: Hashable, Sendable {
    /// The kinds of members.
    indirect enum Kind: Hashable, Sendable {
        case text
        case boolean
        case number(from: Int)
        case list(of: Kind)
        case object(MCPSchema)
        case word([String])

        /// A file of a list.
        static let file = Self.object(.fileWritten)
    }

    /// A member of the object.
    struct Member: Hashable, Sendable {
        let name: String
        let kind: Kind
        let text: String
        let isRequired: Bool

        static func required(_ name: String, _ kind: Kind, _ text: String) -> Self {
            Self(name: name, kind: kind, text: text, isRequired: true)
        }

        static func optional(_ name: String, _ kind: Kind, _ text: String) -> Self {
            Self(name: name, kind: kind, text: text, isRequired: false)
        }

        static let environment = required(
            "environmentId",
            .text,
            "The environment, as one of the launch tools named it."
        )
        static let timeout = optional(
            "timeoutInSeconds",
            .number(from: 1),
            "How long it may run; \(ExecutionRequest.defaultTimeoutInSeconds) unless the pool allows less."
        )
    }

    private let members: [Member]

    init(_ members: [Member]) { self.members = members }

    /// The schema as JSON.
    var json: JSONValue {
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        return .object([
            .init("type", .string("object")),
            .init("properties", .object(members.map { .init($0.name, $0.kind.json(saying: $0.text)) })),
            .init("required", .array(required)),
        ])
    }
}

extension MCPSchema.Kind {
    fileprivate func json(saying text: String? = nil) -> JSONValue {
        let told = text.map { [JSONValue.Member("description", .string($0))] } ?? []
        return .object(members + told)
    }

    private var members: [JSONValue.Member] {
        switch self {
        case .text: [.init("type", .string("string"))]
        case .boolean: [.init("type", .string("boolean"))]
        case .number(let least): [.init("type", .string("integer")), .init("minimum", .integer(least))]
        case .list(let kind): [.init("type", .string("array")), .init("items", kind.json())]
        case .word(let words):
            [.init("type", .string("string")), .init("enum", .array(words.map(JSONValue.string)))]
        case .object(let schema):
            switch schema.json {
            case .object(let members): members
            default: []
            }
        }
    }
}

extension MCPSchema {
    /// What a tool takes that runs code.
    static func code(_ name: String, _ text: String) -> Self {
        Self([.environment, .required(name, .text, text), .timeout])
    }

    /// What the tool takes that runs commands.
    static let command = Self([
        .environment, .optional("shellCommand", .text, "The command line, for bash."),
        .optional("execCommandAndArgs", .list(of: .text), "A program and its arguments, without a shell."),
        .optional("stdin", .text, "What the command reads from standard input."), .timeout,
    ])

    private static let streams: [Member] = [
        .required("stdout", .text, "Standard output."), .required("stderr", .text, "Standard error."),
    ]
    private static let circumstances: [Member] = [
        .required("executionTimeInMilliseconds", .number(from: 0), "How long it ran."),
        .required(
            "isNewEnvironment",
            .boolean,
            "Whether the environment began with this call, and so was empty."
        ),
        .optional("truncated", .list(of: .text), "What was too long and is not all here."),
        .optional(
            "error",
            .object(
                Self([
                    .required("code", .text, "What went wrong, for programs."),
                    .required("message", .text, "What went wrong."),
                ])
            ),
            "Why it did not come to its end."
        ),
    ]

    /// What the tools answer that run code.
    static let interpreted = Self(
        streams
            + [.required("result", .text, "The value of the last expression; empty when it has none.")]
            + circumstances
    )

    /// What the tool answers that runs commands.
    static let commanded = Self(
        streams + [.required("exitCode", .number(from: -1), "The exit code; -1 for a time-out.")]
            + circumstances
    )

    /// What is told of a file.
    static let fileWritten = Self([
        .required("path", .text, "Where it is, from /mnt/data on."),
        .required("type", .word(["file", "directory"]), "What it is."),
        .required("sizeInBytes", .number(from: 0), "How large it is."),
        .required("lastModifiedAt", .text, "When it was last changed."),
    ])

    /// What is told of a file that is read; what is in it is another content block.
    static let content = Self([
        .required("path", .text, "Where it is, from /mnt/data on."),
        .required("contentType", .text, "What is in it, by its name."),
        .required("sizeInBytes", .number(from: 0), "How large the whole file is."),
        .required("offset", .number(from: 0), "The first byte that was read."),
        .required("length", .number(from: 0), "How many bytes were read."),
        .required("isComplete", .boolean, "Whether they reach to the end of the file."),
        .required(
            "form",
            .word(["text", "image", "blob"]),
            "How the first content block holds them: as text, or as base64 of a picture or of anything else."
        ),
    ])
}
