/// What is to be run, and how.
package struct ExecutionInput: Hashable, Sendable {
    /// The kinds of things that can be run.
    package enum Source: Hashable, Sendable {
        /// Code for an interpreter that keeps its state between executions.
        case code(String, runtime: Runtime)
        /// A command line for a new `bash -lc`.
        case shellCommand(String)
        /// A program with its arguments, without a shell.
        case program([String])
    }

    /// What is run.
    package var source: Source
    /// What a command or program reads from standard input; interpreters have none.
    package var standardInput: [UInt8]
    /// Whether an interpreter of its own runs the code, which ends with it; the session's keeps its state.
    package var inEmptyRuntime: Bool

    /// Makes an input.
    ///
    /// - Parameters:
    ///   - source: what is run.
    ///   - standardInput: what a command or program reads from standard input.
    ///   - inEmptyRuntime: whether an interpreter of its own runs the code.
    package init(_ source: Source, standardInput: [UInt8] = [], inEmptyRuntime: Bool = false) {
        self.source = source
        self.standardInput = standardInput
        self.inEmptyRuntime = inEmptyRuntime
    }

    /// Makes an input of code for the session's interpreter.
    ///
    /// - Parameters:
    ///   - code: the code.
    ///   - runtime: its interpreter.
    /// - Returns: the input.
    package static func code(_ code: String, runtime: Runtime = .python) -> Self {
        Self(.code(code, runtime: runtime))
    }

    /// Whether it is a process of its own, and no interpreter's code.
    package var isCommand: Bool {
        switch source {
        case .code: false
        case .shellCommand, .program: true
        }
    }

    /// The code, or the command line, or the arguments one a line: for logs and fingerprints.
    package var text: String {
        switch source {
        case .code(let text, _), .shellCommand(let text): text
        case .program(let arguments): arguments.joined(separator: "\n")
        }
    }

    /// What is to be carried to the guest, in bytes of UTF-8.
    package var byteCount: Int {
        let bytes =
            switch source {
            case .code(let text, _), .shellCommand(let text): text.utf8.count
            case .program(let arguments): arguments.reduce(0) { $0 + $1.utf8.count + 1 }
            }
        return bytes + standardInput.count
    }
}

/// How a client wants an execution to be answered; kept for those who ask for the execution later.
package struct AnswerForm: Hashable, Sendable {
    /// The kind of execution as the client wrote it, to be echoed.
    package var executionType: String
    /// How many bytes of UTF-8 of each output stream are answered; nil for all there are.
    package var outputStreamsMaxLength: Int?
    /// Whether the value of the last expression is answered as Jupyter has it.
    package var inJupyterFormat: Bool

    /// Makes a form.
    ///
    /// - Parameters:
    ///   - executionType: the kind of execution as the client wrote it.
    ///   - outputStreamsMaxLength: how many bytes of each output stream are answered; nil for all.
    ///   - inJupyterFormat: whether the value is answered as Jupyter has it.
    package init(
        executionType: String = "Synchronous",
        outputStreamsMaxLength: Int? = nil,
        inJupyterFormat: Bool = false
    ) {
        self.executionType = executionType
        self.outputStreamsMaxLength = outputStreamsMaxLength
        self.inJupyterFormat = inJupyterFormat
    }
}

extension ExecutionInput {
    /// The longest argument that Linux gives to a program, in bytes (MAX_ARG_STRLEN, with its NUL).
    package static let argumentBytesMax = (128 << 10) - 1
    /// How many arguments a program may have.
    package static let argumentsMax = 1_024

    /// Checks what Linux would refuse only inside the guest.
    ///
    /// - Throws: `sessionRequestValidationFailed` for a NUL, no program or too many arguments,
    ///   `payloadTooLarge` for an argument that is too long.
    func check() throws(Failure) {
        let arguments: [String]
        switch source {
        case .code: return
        case .shellCommand(let command): arguments = [command]
        case .program(let all): arguments = all
        }
        guard let first = arguments.first, !first.isEmpty, arguments.count <= Self.argumentsMax else {
            throw Failure(
                .sessionRequestValidationFailed,
                "A command has a program and at most \(Self.argumentsMax - 1) arguments, and is not empty."
            )
        }
        for argument in arguments {
            guard !argument.utf8.contains(0) else {
                throw Failure(.sessionRequestValidationFailed, "A command or an argument cannot hold a NUL.")
            }
            guard argument.utf8.count <= Self.argumentBytesMax else {
                throw Failure(
                    .payloadTooLarge,
                    "A command or an argument has \(argument.utf8.count) bytes; Linux takes "
                        + "\(Self.argumentBytesMax). Send the text as stdin, or upload it as a file."
                )
            }
        }
    }
}
