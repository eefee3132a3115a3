internal import CWire
internal import Domain

extension HostFrame {
    /// Encodes the frame with its length before it.
    ///
    /// - Returns: the bytes for the channel.
    package func encoded() -> [UInt8] {
        var arena = Arena()
        let message = arena.message(cloister__v1__host_frame__init)
        switch self {
        case .warmUp(let runtime):
            let warmUp = arena.message(cloister__v1__warm_up__init)
            warmUp.pointee.runtime = arena.text(runtime.name)
            message.pointee.frame_case = CLOISTER__V1__HOST_FRAME__FRAME_WARM_UP
            message.pointee.warm_up = warmUp
        case .prepare(let preparation):
            let prepare = arena.message(cloister__v1__prepare__init)
            prepare.pointee.entropy = arena.bytes(preparation.entropy)
            prepare.pointee.unix_time_ns = preparation.unixTimeNanoseconds
            prepare.pointee.machine_id = arena.bytes(preparation.machineID)
            prepare.pointee.hostname = arena.text(preparation.hostname)
            message.pointee.frame_case = CLOISTER__V1__HOST_FRAME__FRAME_PREPARE
            message.pointee.prepare = prepare
        case .run(let order):
            let run = arena.message(cloister__v1__run__init)
            run.pointee.execution = order.execution
            run.pointee.input = arena.input(order.input)
            run.pointee.output_bytes_max = UInt64(clamping: order.outputBytes)
            run.pointee.result_bytes_max = UInt64(clamping: order.resultBytes)
            run.pointee.images_max = UInt32(clamping: order.images)
            run.pointee.processes_max = UInt32(clamping: order.processes)
            message.pointee.frame_case = CLOISTER__V1__HOST_FRAME__FRAME_RUN
            message.pointee.run = run
        case .interrupt(let execution, let grace):
            let interrupt = arena.message(cloister__v1__interrupt__init)
            interrupt.pointee.execution = execution
            interrupt.pointee.grace_us = grace.wireMicroseconds
            message.pointee.frame_case = CLOISTER__V1__HOST_FRAME__FRAME_INTERRUPT
            message.pointee.interrupt = interrupt
        case .file(let number, let order):
            let file = arena.message(cloister__v1__file__init)
            file.pointee.number = number
            file.pointee.order = arena.fileOrder(order)
            message.pointee.frame_case = CLOISTER__V1__HOST_FRAME__FRAME_FILE
            message.pointee.file = file
        case .terminal(let number, let step):
            message.pointee.frame_case = CLOISTER__V1__HOST_FRAME__FRAME_TERMINAL
            message.pointee.terminal = arena.terminalStep(number, step)
        }
        return FrameSplitter.framed(arena.packed(message))
    }

    /// Reads a frame.
    ///
    /// - Parameter bytes: the frame without its length.
    /// - Throws: `malformed`, `invalidField` or `tooLarge`.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        self = try unpacked(
            bytes,
            cloister__v1__host_frame__unpack,
            cloister__v1__host_frame__free_unpacked
        ) { message throws(WireError) in try HostFrame(message) }
    }

    private init(_ message: Cloister__V1__HostFrame) throws(WireError) {
        switch message.frame_case {
        case CLOISTER__V1__HOST_FRAME__FRAME_WARM_UP:
            self = .warmUp(try Runtime(field: try required(message.warm_up, "warm_up").runtime))
        case CLOISTER__V1__HOST_FRAME__FRAME_PREPARE:
            let prepare = try required(message.prepare, "prepare")
            self = .prepare(
                Preparation(
                    entropy: [UInt8](prepare.entropy),
                    unixTimeNanoseconds: prepare.unix_time_ns,
                    machineID: [UInt8](prepare.machine_id),
                    hostname: try String(field: prepare.hostname, "hostname")
                )
            )
        case CLOISTER__V1__HOST_FRAME__FRAME_RUN:
            let run = try required(message.run, "run")
            self = .run(
                RunOrder(
                    execution: run.execution,
                    input: try ExecutionInput(run.input),
                    outputBytes: Int(clamping: run.output_bytes_max),
                    resultBytes: Int(clamping: run.result_bytes_max),
                    images: Int(run.images_max),
                    processes: Int(run.processes_max)
                )
            )
        case CLOISTER__V1__HOST_FRAME__FRAME_INTERRUPT:
            let interrupt = try required(message.interrupt, "interrupt")
            self = .interrupt(
                execution: interrupt.execution,
                grace: Duration(wireMicroseconds: interrupt.grace_us)
            )
        case CLOISTER__V1__HOST_FRAME__FRAME_FILE:
            let file = try required(message.file, "file")
            self = .file(number: file.number, try FileOrder(file.order))
        case CLOISTER__V1__HOST_FRAME__FRAME_TERMINAL:
            let terminal = try required(message.terminal, "terminal")
            self = .terminal(number: terminal.number, try TerminalStep(terminal))
        default: throw WireError(.invalidField, "The frame's kind is not known.")
        }
    }
}

extension GuestFrame {
    /// Encodes the frame with its length before it.
    ///
    /// - Returns: the bytes for the channel.
    package func encoded() -> [UInt8] {
        var arena = Arena()
        let message = arena.message(cloister__v1__guest_frame__init)
        switch self {
        case .ready(let protocolVersion):
            let ready = arena.message(cloister__v1__ready__init)
            ready.pointee.protocol_version = protocolVersion
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_READY
            message.pointee.ready = ready
        case .warmed:
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_WARMED
            message.pointee.warmed = arena.message(cloister__v1__warmed__init)
        case .prepared:
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_PREPARED
            message.pointee.prepared = arena.message(cloister__v1__prepared__init)
        case .event(let execution, let content):
            let event = arena.message(cloister__v1__event__init)
            event.pointee.execution = execution
            event.pointee.event = arena.event(SequencedEvent(sequence: 0, event: content))
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_EVENT
            message.pointee.event = event
        case .trouble(let text):
            let trouble = arena.message(cloister__v1__trouble__init)
            trouble.pointee.message = arena.bytes(text.utf8)
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_TROUBLE
            message.pointee.trouble = trouble
        case .file(let number, let reply):
            let answer = arena.message(cloister__v1__file_answer__init)
            answer.pointee.number = number
            answer.pointee.reply = arena.fileReply(reply)
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_FILE
            message.pointee.file = answer
        case .terminal(let number, let report):
            message.pointee.frame_case = CLOISTER__V1__GUEST_FRAME__FRAME_TERMINAL
            message.pointee.terminal = arena.terminalReport(number, report)
        }
        return FrameSplitter.framed(arena.packed(message))
    }

    /// Reads a frame.
    ///
    /// - Parameter bytes: the frame without its length.
    /// - Throws: `malformed`, `invalidField` or `tooLarge`.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        self = try unpacked(
            bytes,
            cloister__v1__guest_frame__unpack,
            cloister__v1__guest_frame__free_unpacked,
            allowance: WireLimits.guestDecodingBytes
        ) { message throws(WireError) in try GuestFrame(message) }
    }

    private init(_ message: Cloister__V1__GuestFrame) throws(WireError) {
        switch message.frame_case {
        case CLOISTER__V1__GUEST_FRAME__FRAME_READY:
            self = .ready(protocolVersion: try required(message.ready, "ready").protocol_version)
        case CLOISTER__V1__GUEST_FRAME__FRAME_WARMED: self = .warmed
        case CLOISTER__V1__GUEST_FRAME__FRAME_PREPARED: self = .prepared
        case CLOISTER__V1__GUEST_FRAME__FRAME_EVENT:
            let event = try required(message.event, "event")
            let content = try SequencedEvent(try required(event.event, "event.event")).event
            guard content.byteCount <= WireLimits.eventBytes else {
                throw WireError(.tooLarge, "An event of \(content.byteCount) bytes is over the limit.")
            }
            self = .event(execution: event.execution, content)
        case CLOISTER__V1__GUEST_FRAME__FRAME_TROUBLE:
            let text = [UInt8](try required(message.trouble, "trouble").message)
            self = .trouble(String(decoding: text.prefix(4_096), as: UTF8.self))
        case CLOISTER__V1__GUEST_FRAME__FRAME_FILE:
            let answer = try required(message.file, "file")
            self = .file(number: answer.number, try FileReply(answer.reply))
        case CLOISTER__V1__GUEST_FRAME__FRAME_TERMINAL:
            let terminal = try required(message.terminal, "terminal")
            self = .terminal(number: terminal.number, try TerminalReport(terminal))
        default: throw WireError(.invalidField, "The frame's kind is not known.")
        }
    }
}
