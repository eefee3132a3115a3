internal import CWire
internal import Domain

extension Arena {
    mutating func terminalCommand(
        _ request: TerminalRequest
    ) -> UnsafeMutablePointer<Cloister__V1__TerminalCommand> {
        let message = message(cloister__v1__terminal_command__init)
        message.pointee.session = sessionKey(request.session.key)
        message.pointee.generation = request.session.generation.number
        message.pointee.may_create = request.mayCreate ? 1 : 0
        message.pointee.pool = pool(request.pool)
        message.pointee.wait_us = request.wait.wireMicroseconds
        switch request.order {
        case .open(let id, let spec):
            message.pointee.terminal = id.number
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_OPEN
            message.pointee.open = terminalSpec(spec)
        case .list:
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_LIST
            message.pointee.list = self.message(cloister__v1__list_terminals__init)
        case .look(let id):
            message.pointee.terminal = id.number
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_LOOK
            message.pointee.look = self.message(cloister__v1__look_at_terminal__init)
        case .read(let id, let position):
            let read = self.message(cloister__v1__read_terminal__init)
            read.pointee.position = position
            message.pointee.terminal = id.number
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_READ
            message.pointee.read = read
        case .type(let id, let position, let content):
            let type = self.message(cloister__v1__type_into_terminal__init)
            type.pointee.has_position = position == nil ? 0 : 1
            type.pointee.position = position ?? 0
            type.pointee.content = bytes(content)
            message.pointee.terminal = id.number
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_TYPE
            message.pointee.type = type
        case .resize(let id, let size):
            message.pointee.terminal = id.number
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_RESIZE
            message.pointee.resize = terminalSize(size)
        case .close(let id):
            message.pointee.terminal = id.number
            message.pointee.order_case = CLOISTER__V1__TERMINAL_COMMAND__ORDER_CLOSE
            message.pointee.close = self.message(cloister__v1__close_terminal__init)
        }
        return message
    }

    mutating func terminalReply(_ reply: TerminalReply) -> UnsafeMutablePointer<Cloister__V1__TerminalReply> {
        let message = message(cloister__v1__terminal_reply__init)
        switch reply {
        case .terminal(let description):
            message.pointee.reply_case = CLOISTER__V1__TERMINAL_REPLY__REPLY_TERMINAL
            message.pointee.terminal = terminalDescription(description)
        case .terminals(let descriptions):
            let terminals = descriptions.map { terminalDescription($0) }
            let list = self.message(cloister__v1__terminal_list__init)
            list.pointee.n_terminals = terminals.count
            list.pointee.terminals = self.list(terminals)
            message.pointee.reply_case = CLOISTER__V1__TERMINAL_REPLY__REPLY_TERMINALS
            message.pointee.terminals = list
        case .page(let part):
            let page = self.message(cloister__v1__terminal_page__init)
            page.pointee.position = part.position
            page.pointee.content = bytes(part.bytes)
            page.pointee.is_end = part.isEnd ? 1 : 0
            message.pointee.reply_case = CLOISTER__V1__TERMINAL_REPLY__REPLY_PAGE
            message.pointee.page = page
        }
        return message
    }

    private mutating func terminalDescription(
        _ description: TerminalDescription
    ) -> UnsafeMutablePointer<Cloister__V1__TerminalDescription> {
        let message = message(cloister__v1__terminal_description__init)
        message.pointee.terminal = description.id.number
        message.pointee.size = terminalSize(description.size)
        message.pointee.n_arguments = description.arguments.count
        message.pointee.arguments = list(description.arguments.map { bytes($0.utf8) })
        message.pointee.created_ms = description.createdMilliseconds
        message.pointee.input_position = description.inputPosition
        message.pointee.output_position = description.outputPosition
        if let known = description.end {
            let end = self.message(cloister__v1__terminal_end__init)
            end.pointee.cause = UInt32(clamping: known.cause.rawValue)
            end.pointee.exit_code = UInt32(clamping: known.exitCode)
            message.pointee.end = end
        }
        return message
    }

    private mutating func terminalSize(
        _ size: TerminalSize
    ) -> UnsafeMutablePointer<Cloister__V1__TerminalSize> {
        let message = message(cloister__v1__terminal_size__init)
        message.pointee.columns = UInt32(clamping: size.columns)
        message.pointee.rows = UInt32(clamping: size.rows)
        return message
    }

    private mutating func terminalSpec(
        _ spec: TerminalSpec
    ) -> UnsafeMutablePointer<Cloister__V1__TerminalSpec> {
        let message = message(cloister__v1__terminal_spec__init)
        message.pointee.size = terminalSize(spec.size)
        message.pointee.kind = text(spec.kind)
        message.pointee.n_arguments = spec.arguments.count
        message.pointee.arguments = list(spec.arguments.map { bytes($0.utf8) })
        return message
    }

    mutating func terminalStep(
        _ number: UInt64,
        _ step: TerminalStep
    ) -> UnsafeMutablePointer<Cloister__V1__Terminal> {
        let message = message(cloister__v1__terminal__init)
        message.pointee.number = number
        switch step {
        case .open(let spec, let place, let processes):
            let open = self.message(cloister__v1__open_terminal_step__init)
            open.pointee.spec = terminalSpec(spec)
            open.pointee.output_up_to = place
            open.pointee.processes_max = UInt32(clamping: processes)
            message.pointee.step_case = CLOISTER__V1__TERMINAL__STEP_OPEN
            message.pointee.open = open
        case .input(let content):
            message.pointee.step_case = CLOISTER__V1__TERMINAL__STEP_INPUT
            message.pointee.input = bytes(content)
        case .resize(let size):
            message.pointee.step_case = CLOISTER__V1__TERMINAL__STEP_RESIZE
            message.pointee.resize = terminalSize(size)
        case .credit(let place):
            message.pointee.step_case = CLOISTER__V1__TERMINAL__STEP_OUTPUT_UP_TO
            message.pointee.output_up_to = place
        case .hangUp(let grace):
            let hangUp = self.message(cloister__v1__hang_up__init)
            hangUp.pointee.grace_us = grace.wireMicroseconds
            message.pointee.step_case = CLOISTER__V1__TERMINAL__STEP_HANG_UP
            message.pointee.hang_up = hangUp
        }
        return message
    }

    mutating func terminalReport(
        _ number: UInt64,
        _ report: TerminalReport
    ) -> UnsafeMutablePointer<Cloister__V1__TerminalReport> {
        let message = message(cloister__v1__terminal_report__init)
        message.pointee.number = number
        switch report {
        case .output(let content):
            message.pointee.report_case = CLOISTER__V1__TERMINAL_REPORT__REPORT_OUTPUT
            message.pointee.output = bytes(content)
        case .typed(let place):
            message.pointee.report_case = CLOISTER__V1__TERMINAL_REPORT__REPORT_TYPED_UP_TO
            message.pointee.typed_up_to = place
        case .ended(let exitCode):
            message.pointee.report_case = CLOISTER__V1__TERMINAL_REPORT__REPORT_EXIT_CODE
            message.pointee.exit_code = UInt32(clamping: exitCode)
        case .notOpened:
            message.pointee.report_case = CLOISTER__V1__TERMINAL_REPORT__REPORT_NOT_OPENED
            message.pointee.not_opened = self.message(cloister__v1__terminal_not_opened__init)
        }
        return message
    }
}
