internal import CWire
internal import Domain

extension TerminalRequest {
    init(_ message: Cloister__V1__TerminalCommand) throws(WireError) {
        self.init(
            session: try SessionLife(message.session, message.generation),
            mayCreate: message.may_create != 0,
            pool: try PoolConfiguration(try required(message.pool, "pool")),
            order: try TerminalOrder(message),
            wait: Duration(wireMicroseconds: message.wait_us)
        )
    }
}

extension TerminalOrder {
    fileprivate init(_ message: Cloister__V1__TerminalCommand) throws(WireError) {
        let id = TerminalID(number: message.terminal)
        switch message.order_case {
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_OPEN: self = .open(id, try TerminalSpec(message.open))
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_LIST: self = .list
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_LOOK: self = .look(id)
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_READ:
            self = .read(id, from: try required(message.read, "read").position)
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_TYPE:
            let type = try required(message.type, "type")
            self = .type(
                id,
                at: type.has_position != 0 ? type.position : nil,
                try [UInt8](type.content, most: TerminalLimits.inputBytes)
            )
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_RESIZE:
            self = .resize(id, try TerminalSize(message.resize))
        case CLOISTER__V1__TERMINAL_COMMAND__ORDER_CLOSE: self = .close(id)
        default: throw WireError(.invalidField, "The terminal order's kind is not known.")
        }
    }
}

extension TerminalReply {
    init(_ pointer: UnsafeMutablePointer<Cloister__V1__TerminalReply>?) throws(WireError) {
        let message = try required(pointer, "reply")
        switch message.reply_case {
        case CLOISTER__V1__TERMINAL_REPLY__REPLY_TERMINAL:
            self = .terminal(try TerminalDescription(try required(message.terminal, "terminal")))
        case CLOISTER__V1__TERMINAL_REPLY__REPLY_TERMINALS:
            let list = try required(message.terminals, "terminals")
            self = .terminals(
                try values(list.terminals, list.n_terminals) { entry throws(WireError) in
                    try TerminalDescription(entry)
                }
            )
        case CLOISTER__V1__TERMINAL_REPLY__REPLY_PAGE:
            let page = try required(message.page, "page")
            self = .page(
                TerminalPage(
                    position: try UInt64(place: page.position),
                    bytes: try [UInt8](page.content, most: TerminalLimits.pageBytes),
                    isEnd: page.is_end != 0
                )
            )
        default: throw WireError(.invalidField, "The terminal reply's kind is not known.")
        }
    }
}

extension TerminalDescription {
    fileprivate init(_ message: Cloister__V1__TerminalDescription) throws(WireError) {
        self.init(
            id: TerminalID(number: message.terminal),
            size: try TerminalSize(message.size),
            arguments: try texts(message.arguments, message.n_arguments),
            createdMilliseconds: message.created_ms,
            inputPosition: message.input_position,
            outputPosition: message.output_position
        )
        guard let known = message.end?.pointee else { return }
        guard let cause = TerminalEnd.Cause(rawValue: Int(known.cause)) else {
            throw WireError(.invalidField, "The cause of a terminal's end is not known.")
        }
        end = TerminalEnd(cause: cause, exitCode: Int(known.exit_code))
    }
}

extension TerminalSize {
    fileprivate init(_ pointer: UnsafeMutablePointer<Cloister__V1__TerminalSize>?) throws(WireError) {
        let message = try required(pointer, "size")
        self = try checked { () throws(Failure) in
            try TerminalSize(columns: Int(message.columns), rows: Int(message.rows))
        }
    }
}

extension TerminalSpec {
    fileprivate init(_ pointer: UnsafeMutablePointer<Cloister__V1__TerminalSpec>?) throws(WireError) {
        let message = try required(pointer, "spec")
        let size = try TerminalSize(message.size)
        let kind = try String(field: message.kind, "kind")
        let arguments = try texts(message.arguments, message.n_arguments)
        self = try checked { () throws(Failure) in
            try TerminalSpec(size: size, kind: kind, arguments: arguments)
        }
    }
}

extension TerminalStep {
    init(_ message: Cloister__V1__Terminal) throws(WireError) {
        switch message.step_case {
        case CLOISTER__V1__TERMINAL__STEP_OPEN:
            let open = try required(message.open, "open")
            self = .open(
                try TerminalSpec(open.spec),
                outputUpTo: open.output_up_to,
                processes: Int(open.processes_max)
            )
        case CLOISTER__V1__TERMINAL__STEP_INPUT:
            self = .input(try [UInt8](message.input, most: TerminalLimits.inputBytes))
        case CLOISTER__V1__TERMINAL__STEP_RESIZE: self = .resize(try TerminalSize(message.resize))
        case CLOISTER__V1__TERMINAL__STEP_OUTPUT_UP_TO: self = .credit(outputUpTo: message.output_up_to)
        case CLOISTER__V1__TERMINAL__STEP_HANG_UP:
            let hangUp = try required(message.hang_up, "hang_up")
            self = .hangUp(grace: Duration(wireMicroseconds: hangUp.grace_us))
        default: throw WireError(.invalidField, "The terminal step's kind is not known.")
        }
    }
}

extension TerminalReport {
    init(_ message: Cloister__V1__TerminalReport) throws(WireError) {
        switch message.report_case {
        case CLOISTER__V1__TERMINAL_REPORT__REPORT_OUTPUT:
            self = .output(try [UInt8](message.output, most: TerminalLimits.outputFrameBytes))
        case CLOISTER__V1__TERMINAL_REPORT__REPORT_TYPED_UP_TO: self = .typed(upTo: message.typed_up_to)
        case CLOISTER__V1__TERMINAL_REPORT__REPORT_EXIT_CODE:
            // A guest may say any number; a shell has these.
            self = .ended(exitCode: Int(min(message.exit_code, 255)))
        case CLOISTER__V1__TERMINAL_REPORT__REPORT_NOT_OPENED: self = .notOpened
        default: throw WireError(.invalidField, "The terminal report's kind is not known.")
        }
    }
}

private func texts(
    _ fields: UnsafeMutablePointer<ProtobufCBinaryData>?,
    _ count: Int
) throws(WireError) -> [String] {
    guard count <= TerminalLimits.argumentsMax else {
        throw WireError(.tooLarge, "A terminal's command has too many arguments.")
    }
    var texts: [String] = []
    for index in 0..<count {
        guard let field = fields?[index] else { continue }
        texts.append(try String(utf8: field, "arguments"))
    }
    return texts
}

extension UInt64 {
    /// Reads a place in a stream of bytes, so far from the end that nothing added to it overflows.
    fileprivate init(place: UInt64) throws(WireError) {
        guard place < 1 << 62 else { throw WireError(.invalidField, "A place is beyond everything.") }
        self = place
    }
}

extension [UInt8] {
    /// Copies a part of what goes through a terminal.
    fileprivate init(_ field: ProtobufCBinaryData, most: Int) throws(WireError) {
        guard field.len <= most else {
            throw WireError(.tooLarge, "A part of \(field.len) bytes is over the limit.")
        }
        self.init(field)
    }
}
