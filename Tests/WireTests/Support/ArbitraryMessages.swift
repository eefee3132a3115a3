import Domain
import Testing
import Wire

/// The kinds of what is inside an envelope.
enum ContentKind: String, CaseIterable, Sendable {
    case announcement
    case hello, ping, execute, readEvents, cancel, abandon, stopSession, keepReady, describeSessions,
        describeImage, describeWorker, readConsole, readTemplate, file, terminal
    case failure, sessions, pong, events, done, sessionGone, descriptions, image, worker, console,
        templatePiece, fileReply, terminalReply

    /// Finds the kind of a content; a new one does not compile until it is tested.
    init(of content: Envelope.Content) {
        switch content {
        case .announcement: self = .announcement
        case .command(let command):
            switch command.request {
            case .hello: self = .hello
            case .ping: self = .ping
            case .execute: self = .execute
            case .readEvents: self = .readEvents
            case .cancel: self = .cancel
            case .abandon: self = .abandon
            case .stopSession: self = .stopSession
            case .keepReady: self = .keepReady
            case .describeSessions: self = .describeSessions
            case .describeImage: self = .describeImage
            case .describeWorker: self = .describeWorker
            case .readConsole: self = .readConsole
            case .readTemplate: self = .readTemplate
            case .file: self = .file
            case .terminal: self = .terminal
            }
        case .answer(let answer):
            switch answer {
            case .failure: self = .failure
            case .sessions: self = .sessions
            case .pong: self = .pong
            case .events: self = .events
            case .done: self = .done
            case .sessionGone: self = .sessionGone
            case .descriptions: self = .descriptions
            case .image: self = .image
            case .worker: self = .worker
            case .console: self = .console
            case .templatePiece: self = .templatePiece
            case .file: self = .fileReply
            case .terminal: self = .terminalReply
            }
        }
    }
}

/// The kinds of events.
enum EventKind: CaseIterable, Sendable { case standardOutput, standardError, value, image, ended }

/// The kinds of frames to the guest.
enum HostFrameKind: CaseIterable, Sendable { case warmUp, prepare, run, interrupt, file, terminal }

/// The kinds of frames from the guest.
enum GuestFrameKind: CaseIterable, Sendable { case ready, warmed, prepared, event, trouble, file, terminal }

extension Arbitrary {
    mutating func event(_ kind: EventKind) -> ExecutionEvent {
        switch kind {
        case .standardOutput: .standardOutput(bytes())
        case .standardError: .standardError(bytes())
        case .value: .value(ResultValue(text: text(), json: flag() ? text() : nil))
        case .image: .image(ResultImage(format: element(["png", "svg", "z"]), bytes: bytes()))
        case .ended:
            .ended(
                Outcome(
                    status: element(Outcome.Status.allCases),
                    errorName: text(),
                    errorMessage: text(),
                    duration: duration(),
                    stateWasLost: flag(),
                    wasTruncated: flag(),
                    exitCode: flag() ? size() : nil
                )
            )
        }
    }

    mutating func event() -> ExecutionEvent { event(element(EventKind.allCases)) }

    mutating func content(_ kind: ContentKind) throws -> Envelope.Content {
        switch kind {
        case .announcement:
            .announcement(
                Announcement(
                    worker: try worker(),
                    address: element(["tcp://[::1]:1", String(repeating: "a", count: 256), "é"]),
                    epoch: epoch(),
                    capacity: capacity()
                )
            )
        case .hello, .ping, .execute, .readEvents, .cancel, .abandon, .stopSession, .keepReady,
            .describeSessions,
            .describeImage, .describeWorker, .readConsole, .readTemplate, .file, .terminal:
            .command(Command(epoch: epoch(), request: try request(kind), origin: flag() ? origin() : nil))
        case .failure: .answer(.failure(failure()))
        case .sessions:
            .answer(
                .sessions(
                    try (0..<count(0...9)).map { _ in try session() },
                    nextOffset: flag() ? size(1) : nil
                )
            )
        case .pong: .answer(.pong(try pong()))
        case .events: .answer(.events(page()))
        case .done: .answer(.done)
        case .sessionGone: .answer(.sessionGone(flag() ? element(EndCause.all) : nil))
        case .fileReply: .answer(.file(try reply()))
        case .terminalReply: .answer(.terminal(try terminalReply()))
        case .image: .answer(.image(image()))
        case .worker: .answer(.worker(try workerDescription()))
        case .console: .answer(.console(bytes()))
        case .templatePiece: .answer(.templatePiece(bytes()))
        case .descriptions: .answer(.descriptions(try (0..<count(0...9)).map { _ in try description() }))
        }
    }

    private mutating func ping() -> Command.Request {
        .ping(
            lease: duration(),
            endedAcknowledged: number(),
            standing: flag() ? standing() : nil,
            // Nothing and the clock's zero look alike on the wire.
            since: flag() ? max(duration(), .microseconds(1)) : nil
        )
    }

    private mutating func standing() -> CoordinatorStanding {
        CoordinatorStanding(
            coordinator: Incarnation(number()),
            inTouch: duration(),
            rosterRevision: number(),
            roster: (0..<count(0...5)).map { _ in Incarnation(number()) },
            addresses: (0..<count(0...5)).map { "tcp://192.0.2.\($0):7400" }
        )
    }

    private mutating func request(_ kind: ContentKind) throws -> Command.Request {
        switch kind {
        case .ping: ping()
        case .execute:
            .execute(
                ExecuteRequest(
                    session: try session(),
                    mayCreate: flag(),
                    execution: try execution(),
                    input: input(),
                    timeout: duration(),
                    form: form(),
                    pool: try configuration(),
                    wait: duration()
                )
            )
        case .readEvents:
            .readEvents(
                ReadEventsRequest(
                    session: try session(),
                    execution: try execution(),
                    fromSequence: number(),
                    wait: duration(),
                    wantsFirstEvent: flag()
                )
            )
        case .cancel: .cancel(try session(), try execution())
        case .abandon: .abandon(try session(), try execution())
        case .stopSession: .stopSession(try session(), element(EndCause.all))
        case .keepReady:
            .keepReady(
                try (0..<count(0...4)).map { _ in ReadyTarget(pool: try configuration(), count: size()) }
            )
        case .describeImage: .describeImage(element(Runtime.all))
        case .describeWorker: .describeWorker
        case .readConsole: .readConsole(try session())
        case .readTemplate:
            .readTemplate(
                try #require(
                    TemplatePieceName(element(["0123456789abcdef", "ffffffffffffffff"]), UInt32(size()))
                )
            )
        case .describeSessions: .describeSessions(try (0..<count(0...9)).map { _ in try session() })
        case .terminal:
            .terminal(
                TerminalRequest(
                    session: try session(),
                    mayCreate: flag(),
                    pool: try configuration(),
                    order: try terminalOrder(),
                    wait: duration()
                )
            )
        case .file:
            .file(
                FileRequest(
                    session: try session(),
                    mayCreate: flag(),
                    pool: try configuration(),
                    order: try order(),
                    wait: duration()
                )
            )
        default: .hello(offset: size(), lease: duration())
        }
    }

    private mutating func description() throws -> SessionDescription {
        SessionDescription(
            session: try session(),
            instance: line(),
            createdMilliseconds: number(),
            lastAccessedMilliseconds: number(),
            expiresMilliseconds: number()
        )
    }

    private mutating func workerDescription() throws -> WorkerDescription {
        WorkerDescription(
            version: line(),
            startedMilliseconds: number(),
            ready: try (0..<count(0...4)).map { _ in
                WorkerDescription.Ready(
                    pool: try configuration().name,
                    wanted: size(),
                    ready: size(),
                    starting: size()
                )
            },
            hasNoOpSandboxes: flag()
        )
    }

    private mutating func pong() throws -> Pong {
        Pong(
            epoch: epoch(),
            capacity: capacity(),
            sessionCount: size(),
            isAccepting: flag(),
            ended: try (0..<count(0...5)).map { _ in
                EndedSession(number: number(), session: try session(), cause: element(EndCause.all))
            }
        )
    }

    private mutating func page() -> EventPage {
        EventPage(
            events: (0..<count(0...9)).map { _ in SequencedEvent(sequence: number(), event: event()) },
            nextSequence: number(),
            isComplete: flag(),
            hasStarted: flag(),
            sessionInstance: line(),
            isNewSession: flag(),
            form: form(),
            timings: timings()
        )
    }

    private mutating func input() -> ExecutionInput {
        let source: ExecutionInput.Source =
            switch count(0...2) {
            case 0: .code(text(), runtime: element(Runtime.all))
            case 1: .shellCommand(text())
            default: .program((0..<count(1...4)).map { _ in text() })
            }
        return ExecutionInput(source, standardInput: bytes(0...40), inEmptyRuntime: flag())
    }

    private mutating func form() -> AnswerForm {
        AnswerForm(
            executionType: line(),
            outputStreamsMaxLength: flag() ? size() : nil,
            inJupyterFormat: flag()
        )
    }

    private mutating func image() -> ImageDescription {
        ImageDescription(
            runtimes: (0..<count(0...2)).map { _ in .init(name: line(), version: line()) },
            packages: (0..<count(0...9)).map { _ in .init(name: line(), version: line()) },
            kernel: flag()
                ? .init(name: line(), version: line(), projectURL: line(), description: line()) : nil,
            createdMilliseconds: number()
        )
    }

    mutating func envelope(_ content: Envelope.Content) -> Envelope {
        Envelope(
            addressee: flag() ? Incarnation(number(1...UInt64.max)) : nil,
            sender: Incarnation(number()),
            number: number(),
            timeLeft: duration(),
            replyAddress: element(["", "ipc:///run/é", String(repeating: "r", count: 256)]),
            content: content
        )
    }

    mutating func frame(_ kind: HostFrameKind) throws -> HostFrame {
        switch kind {
        case .warmUp: .warmUp(element(Runtime.all))
        case .prepare:
            .prepare(
                Preparation(
                    entropy: bytes(0...80),
                    unixTimeNanoseconds: number(),
                    machineID: bytes(0...16),
                    hostname: line()
                )
            )
        case .run:
            .run(
                RunOrder(
                    execution: number(),
                    input: input(),
                    outputBytes: Int(number(0...UInt64(Int.max))),
                    resultBytes: Int(number(0...UInt64(Int.max))),
                    images: size(),
                    processes: size()
                )
            )
        case .interrupt: .interrupt(execution: number(), grace: duration())
        case .file: .file(number: number(), try order())
        case .terminal: .terminal(number: number(), try terminalStep())
        }
    }

    mutating func frame(_ kind: GuestFrameKind) throws -> GuestFrame {
        switch kind {
        case .ready: .ready(protocolVersion: UInt32(size()))
        case .warmed: .warmed
        case .prepared: .prepared
        case .event: .event(execution: number(), event())
        case .trouble: .trouble(text())
        case .file: .file(number: number(), try reply())
        case .terminal: .terminal(number: number(), terminalReport())
        }
    }
}
