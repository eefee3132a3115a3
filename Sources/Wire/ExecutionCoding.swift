internal import CWire
internal import Domain

extension Arena {
    mutating func input(_ input: ExecutionInput) -> UnsafeMutablePointer<Cloister__V1__ExecutionInput> {
        let message = message(cloister__v1__execution_input__init)
        switch input.source {
        case .code(let text, let runtime):
            let code = self.message(cloister__v1__code__init)
            code.pointee.text = bytes(text.utf8)
            code.pointee.runtime = self.text(runtime.name)
            message.pointee.source_case = CLOISTER__V1__EXECUTION_INPUT__SOURCE_CODE
            message.pointee.code = code
        case .shellCommand(let command):
            message.pointee.source_case = CLOISTER__V1__EXECUTION_INPUT__SOURCE_SHELL_COMMAND
            message.pointee.shell_command = bytes(command.utf8)
        case .program(let arguments):
            let program = self.message(cloister__v1__program__init)
            program.pointee.n_arguments = arguments.count
            program.pointee.arguments = list(arguments.map { bytes($0.utf8) })
            message.pointee.source_case = CLOISTER__V1__EXECUTION_INPUT__SOURCE_PROGRAM
            message.pointee.program = program
        }
        message.pointee.standard_input = bytes(input.standardInput)
        message.pointee.in_empty_runtime = input.inEmptyRuntime ? 1 : 0
        return message
    }

    mutating func answerForm(_ form: AnswerForm) -> UnsafeMutablePointer<Cloister__V1__AnswerForm> {
        let message = message(cloister__v1__answer_form__init)
        message.pointee.execution_type = text(form.executionType)
        if let most = form.outputStreamsMaxLength {
            message.pointee.has_output_bytes_max = 1
            message.pointee.output_bytes_max = UInt64(clamping: most)
        }
        message.pointee.in_jupyter_format = form.inJupyterFormat ? 1 : 0
        return message
    }
}

extension ExecutionInput {
    init(_ field: UnsafeMutablePointer<Cloister__V1__ExecutionInput>?) throws(WireError) {
        let message = try required(field, "input")
        let source: Source
        switch message.source_case {
        case CLOISTER__V1__EXECUTION_INPUT__SOURCE_CODE:
            let code = try required(message.code, "code")
            source = .code(try String(utf8: code.text, "code"), runtime: try Runtime(field: code.runtime))
        case CLOISTER__V1__EXECUTION_INPUT__SOURCE_SHELL_COMMAND:
            source = .shellCommand(try String(utf8: message.shell_command, "shell_command"))
        case CLOISTER__V1__EXECUTION_INPUT__SOURCE_PROGRAM:
            let program = try required(message.program, "program")
            var arguments: [String] = []
            for index in 0..<program.n_arguments {
                arguments.append(try String(utf8: program.arguments[index], "arguments"))
            }
            guard !arguments.isEmpty else {
                throw WireError(.invalidField, "A program has no name.")
            }
            source = .program(arguments)
        default: throw WireError(.invalidField, "What is to be run is not of a known kind.")
        }
        self.init(
            source,
            standardInput: [UInt8](message.standard_input),
            inEmptyRuntime: message.in_empty_runtime != 0
        )
    }
}

extension AnswerForm {
    init(_ field: UnsafeMutablePointer<Cloister__V1__AnswerForm>?) throws(WireError) {
        guard let message = field?.pointee else {
            self.init()
            return
        }
        self.init(
            executionType: try String(field: message.execution_type, "execution_type"),
            outputStreamsMaxLength: message.has_output_bytes_max != 0
                ? Int(clamping: message.output_bytes_max) : nil,
            inJupyterFormat: message.in_jupyter_format != 0
        )
    }
}

extension Runtime {
    init(field: UnsafeMutablePointer<CChar>?) throws(WireError) {
        guard let runtime = Runtime.named(try String(field: field, "runtime")) else {
            throw WireError(.invalidField, "The runtime is not known to this node.")
        }
        self = runtime
    }
}
