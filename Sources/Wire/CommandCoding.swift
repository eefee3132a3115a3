internal import CWire
internal import Domain

extension Command {
    func encoded() -> [UInt8] {
        var arena = Arena()
        let message = arena.message(cloister__v1__command__init)
        message.pointee.epoch = epoch.number
        if let origin { message.pointee.origin = arena.origin(origin) }
        switch request {
        case .hello(let offset, let lease):
            let hello = arena.message(cloister__v1__hello__init)
            hello.pointee.offset = UInt32(clamping: offset)
            hello.pointee.lease_us = lease.wireMicroseconds
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_HELLO
            message.pointee.hello = hello
        case .ping(let lease, let endedAcknowledged, let standing, let since):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_PING
            message.pointee.ping = arena.ping(lease, endedAcknowledged, standing, since)
        case .execute(let request):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_EXECUTE
            message.pointee.execute = arena.execute(request)
        case .readEvents(let request):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_READ_EVENTS
            message.pointee.read_events = arena.readEvents(request)
        case .cancel(let session, let execution):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_CANCEL
            message.pointee.cancel = arena.cancel(session, execution)
        case .abandon(let session, let execution):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_ABANDON
            message.pointee.abandon = arena.cancel(session, execution)
        case .stopSession(let session, let cause):
            let stop = arena.message(cloister__v1__stop_session__init)
            stop.pointee.session = arena.sessionKey(session.key)
            stop.pointee.generation = session.generation.number
            stop.pointee.cause = arena.text(cause.name)
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_STOP_SESSION
            message.pointee.stop_session = stop
        case .keepReady(let targets):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_KEEP_READY
            message.pointee.keep_ready = arena.keepReady(targets)
        case .file(let request):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_FILE
            message.pointee.file = arena.fileCommand(request)
        case .terminal(let request):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_TERMINAL
            message.pointee.terminal = arena.terminalCommand(request)
        case .describeSessions(let sessions):
            let entries = sessions.map { arena.sessionEntry($0) }
            let describe = arena.message(cloister__v1__describe_sessions__init)
            describe.pointee.n_sessions = entries.count
            describe.pointee.sessions = arena.list(entries)
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_DESCRIBE_SESSIONS
            message.pointee.describe_sessions = describe
        case .describeImage(let runtime):
            let describe = arena.message(cloister__v1__describe_image__init)
            describe.pointee.runtime = arena.text(runtime.name)
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_DESCRIBE_IMAGE
            message.pointee.describe_image = describe
        case .describeWorker:
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_DESCRIBE_WORKER
            message.pointee.describe_worker = arena.message(cloister__v1__describe_worker__init)
        case .readConsole(let session):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_READ_CONSOLE
            message.pointee.read_console = arena.readConsole(session)
        case .readTemplate(let piece):
            message.pointee.command_case = CLOISTER__V1__COMMAND__COMMAND_READ_TEMPLATE
            message.pointee.read_template = arena.readTemplate(piece)
        }
        return arena.packed(message)
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        self = try unpacked(
            bytes,
            cloister__v1__command__unpack,
            cloister__v1__command__free_unpacked,
            allowance: WireLimits.commandDecodingBytes
        ) { message throws(WireError) in
            Command(
                epoch: WorkerEpoch(message.epoch),
                request: try Request(message),
                origin: try RequestOrigin(message.origin)
            )
        }
    }
}

extension Command.Request {
    fileprivate init(_ message: Cloister__V1__Command) throws(WireError) {
        switch message.command_case {
        case CLOISTER__V1__COMMAND__COMMAND_HELLO:
            let hello = try required(message.hello, "hello")
            self = .hello(offset: Int(hello.offset), lease: Duration(wireMicroseconds: hello.lease_us))
        case CLOISTER__V1__COMMAND__COMMAND_PING:
            let ping = try required(message.ping, "ping")
            self = .ping(
                lease: Duration(wireMicroseconds: ping.lease_us),
                endedAcknowledged: ping.ended_acknowledged,
                standing: try ping.standing.map { standing throws(WireError) in
                    try CoordinatorStanding(standing.pointee)
                },
                since: ping.since_us == 0 ? nil : Duration(wireMicroseconds: ping.since_us)
            )
        case CLOISTER__V1__COMMAND__COMMAND_EXECUTE:
            self = .execute(try ExecuteRequest(try required(message.execute, "execute")))
        case CLOISTER__V1__COMMAND__COMMAND_READ_EVENTS:
            self = .readEvents(try ReadEventsRequest(try required(message.read_events, "read_events")))
        case CLOISTER__V1__COMMAND__COMMAND_CANCEL:
            let (session, execution) = try Self.subject(of: message.cancel)
            self = .cancel(session, execution)
        case CLOISTER__V1__COMMAND__COMMAND_ABANDON:
            let (session, execution) = try Self.subject(of: message.abandon)
            self = .abandon(session, execution)
        case CLOISTER__V1__COMMAND__COMMAND_STOP_SESSION:
            let stop = try required(message.stop_session, "stop_session")
            let cause = EndCause.named(try String(field: stop.cause, "cause")) ?? .stopped
            self = .stopSession(try SessionLife(stop.session, stop.generation), cause)
        case CLOISTER__V1__COMMAND__COMMAND_KEEP_READY:
            let order = try required(message.keep_ready, "keep_ready")
            self = .keepReady(
                try values(order.targets, order.n_targets) { target throws(WireError) in
                    ReadyTarget(
                        pool: try PoolConfiguration(try required(target.pool, "pool")),
                        count: Int(target.count)
                    )
                }
            )
        case CLOISTER__V1__COMMAND__COMMAND_FILE:
            self = .file(try FileRequest(try required(message.file, "file")))
        case CLOISTER__V1__COMMAND__COMMAND_TERMINAL:
            self = .terminal(try TerminalRequest(try required(message.terminal, "terminal")))
        case CLOISTER__V1__COMMAND__COMMAND_DESCRIBE_SESSIONS:
            let wanted = try required(message.describe_sessions, "describe_sessions")
            guard wanted.n_sessions <= WireLimits.sessionsPerList else {
                throw WireError(.tooLarge, "The command asks for too many sessions.")
            }
            self = .describeSessions(
                try values(wanted.sessions, wanted.n_sessions) { entry throws(WireError) in
                    try SessionLife(entry.session, entry.generation)
                }
            )
        case CLOISTER__V1__COMMAND__COMMAND_DESCRIBE_IMAGE:
            let describe = try required(message.describe_image, "describe_image")
            self = .describeImage(try Runtime(field: describe.runtime))
        case CLOISTER__V1__COMMAND__COMMAND_DESCRIBE_WORKER: self = .describeWorker
        case CLOISTER__V1__COMMAND__COMMAND_READ_CONSOLE:
            let read = try required(message.read_console, "read_console")
            self = .readConsole(try SessionLife(read.session, read.generation))
        case CLOISTER__V1__COMMAND__COMMAND_READ_TEMPLATE:
            let read = try required(message.read_template, "read_template")
            guard let name = TemplatePieceName(try String(field: read.name, "name"), read.piece) else {
                throw WireError(.invalidField, "The name of a template has 16 hexadecimal digits.")
            }
            self = .readTemplate(name)
        default: throw WireError(.invalidField, "The command's kind is not known.")
        }
    }
}

extension Command.Request {
    private static func subject(
        of field: UnsafeMutablePointer<Cloister__V1__Cancel>?
    ) throws(WireError) -> (SessionLife, ExecutionID) {
        let cancel = try required(field, "cancel")
        return (try SessionLife(cancel.session, cancel.generation), try ExecutionID(field: cancel.execution))
    }
}

extension Arena {
    fileprivate mutating func cancel(
        _ session: SessionLife,
        _ execution: ExecutionID
    ) -> UnsafeMutablePointer<Cloister__V1__Cancel> {
        let cancel = message(cloister__v1__cancel__init)
        cancel.pointee.session = sessionKey(session.key)
        cancel.pointee.generation = session.generation.number
        cancel.pointee.execution = text(execution.text)
        return cancel
    }

    fileprivate mutating func execute(
        _ request: ExecuteRequest
    ) -> UnsafeMutablePointer<Cloister__V1__Execute> {
        let message = message(cloister__v1__execute__init)
        message.pointee.session = sessionKey(request.session.key)
        message.pointee.generation = request.session.generation.number
        message.pointee.may_create = request.mayCreate ? 1 : 0
        message.pointee.execution = text(request.execution.text)
        message.pointee.input = input(request.input)
        message.pointee.form = answerForm(request.form)
        message.pointee.timeout_us = request.timeout.wireMicroseconds
        message.pointee.pool = pool(request.pool)
        message.pointee.wait_us = request.wait.wireMicroseconds
        return message
    }

    fileprivate mutating func keepReady(
        _ targets: [ReadyTarget]
    ) -> UnsafeMutablePointer<Cloister__V1__KeepReady> {
        var entries: [UnsafeMutablePointer<Cloister__V1__ReadyTarget>] = []
        for target in targets {
            let entry = message(cloister__v1__ready_target__init)
            entry.pointee.pool = pool(target.pool)
            entry.pointee.count = UInt32(clamping: target.count)
            entries.append(entry)
        }
        let message = message(cloister__v1__keep_ready__init)
        message.pointee.n_targets = entries.count
        message.pointee.targets = list(entries)
        return message
    }

    fileprivate mutating func readEvents(
        _ request: ReadEventsRequest
    ) -> UnsafeMutablePointer<Cloister__V1__ReadEvents> {
        let message = message(cloister__v1__read_events__init)
        message.pointee.session = sessionKey(request.session.key)
        message.pointee.generation = request.session.generation.number
        message.pointee.execution = text(request.execution.text)
        message.pointee.from_sequence = request.fromSequence
        message.pointee.wait_us = request.wait.wireMicroseconds
        message.pointee.wants_first_event = request.wantsFirstEvent ? 1 : 0
        return message
    }
}

extension ExecuteRequest {
    fileprivate init(_ message: Cloister__V1__Execute) throws(WireError) {
        self.init(
            session: try SessionLife(message.session, message.generation),
            mayCreate: message.may_create != 0,
            execution: try ExecutionID(field: message.execution),
            input: try ExecutionInput(message.input),
            timeout: Duration(wireMicroseconds: message.timeout_us),
            form: try AnswerForm(message.form),
            pool: try PoolConfiguration(try required(message.pool, "pool")),
            wait: Duration(wireMicroseconds: message.wait_us)
        )
    }
}

extension ReadEventsRequest {
    fileprivate init(_ message: Cloister__V1__ReadEvents) throws(WireError) {
        self.init(
            session: try SessionLife(message.session, message.generation),
            execution: try ExecutionID(field: message.execution),
            fromSequence: message.from_sequence,
            wait: Duration(wireMicroseconds: message.wait_us),
            wantsFirstEvent: message.wants_first_event != 0
        )
    }
}
