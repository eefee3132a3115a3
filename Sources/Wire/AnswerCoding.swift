internal import CWire
internal import Domain

extension Answer {
    func encoded() -> [UInt8] {
        var arena = Arena()
        let message = arena.message(cloister__v1__answer__init)
        switch self {
        case .failure(let failure):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_FAILURE
            message.pointee.failure = arena.failure(failure)
        case .sessions(let sessions, let nextOffset):
            let entries = sessions.map { arena.sessionEntry($0) }
            let list = arena.message(cloister__v1__session_list__init)
            list.pointee.n_sessions = entries.count
            list.pointee.sessions = arena.list(entries)
            list.pointee.next_offset = UInt32(clamping: nextOffset ?? 0)
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_SESSIONS
            message.pointee.sessions = list
        case .pong(let pong):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_PONG
            message.pointee.pong = arena.pong(pong)
        case .events(let page):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_EVENTS
            message.pointee.events = arena.eventPage(page)
        case .done:
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_DONE
            message.pointee.done = arena.message(cloister__v1__done__init)
        case .sessionGone(let cause):
            let gone = arena.message(cloister__v1__session_gone__init)
            gone.pointee.cause = arena.text(cause?.name ?? "")
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_SESSION_GONE
            message.pointee.session_gone = gone
        case .file(let reply):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_FILE
            message.pointee.file = arena.fileReply(reply)
        case .terminal(let reply):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_TERMINAL
            message.pointee.terminal = arena.terminalReply(reply)
        case .descriptions(let sessions):
            let entries = sessions.map { arena.sessionDescription($0) }
            let list = arena.message(cloister__v1__session_descriptions__init)
            list.pointee.n_sessions = entries.count
            list.pointee.sessions = arena.list(entries)
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_SESSION_DESCRIPTIONS
            message.pointee.session_descriptions = list
        case .image(let image):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_IMAGE_DESCRIPTION
            message.pointee.image_description = arena.imageDescription(image)
        case .worker(let worker):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_WORKER_DESCRIPTION
            message.pointee.worker_description = arena.workerDescription(worker)
        case .console(let text):
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_CONSOLE
            message.pointee.console = arena.console(text)
        case .templatePiece(let content):
            let piece = arena.message(cloister__v1__template_piece__init)
            piece.pointee.content = arena.bytes(content)
            message.pointee.answer_case = CLOISTER__V1__ANSWER__ANSWER_TEMPLATE_PIECE
            message.pointee.template_piece = piece
        }
        return arena.packed(message)
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        self = try unpacked(
            bytes,
            cloister__v1__answer__unpack,
            cloister__v1__answer__free_unpacked,
            allowance: WireLimits.listDecodingBytes
        ) { message throws(WireError) in try Answer(message) }
    }

    private init(_ message: Cloister__V1__Answer) throws(WireError) {
        switch message.answer_case {
        case CLOISTER__V1__ANSWER__ANSWER_FAILURE:
            self = .failure(try Failure(try required(message.failure, "failure")))
        case CLOISTER__V1__ANSWER__ANSWER_SESSIONS:
            let list = try required(message.sessions, "sessions")
            let sessions = try values(list.sessions, list.n_sessions) {
                entry throws(WireError) in try SessionLife(entry.session, entry.generation)
            }
            self = .sessions(sessions, nextOffset: list.next_offset > 0 ? Int(list.next_offset) : nil)
        case CLOISTER__V1__ANSWER__ANSWER_PONG:
            self = .pong(try Pong(try required(message.pong, "pong")))
        case CLOISTER__V1__ANSWER__ANSWER_EVENTS:
            self = .events(try EventPage(try required(message.events, "events")))
        case CLOISTER__V1__ANSWER__ANSWER_DONE:
            self = .done
        case CLOISTER__V1__ANSWER__ANSWER_SESSION_GONE:
            let gone = try required(message.session_gone, "session_gone")
            self = .sessionGone(EndCause.named(try String(field: gone.cause, "cause")))
        case CLOISTER__V1__ANSWER__ANSWER_FILE: self = .file(try FileReply(message.file))
        case CLOISTER__V1__ANSWER__ANSWER_TERMINAL: self = .terminal(try TerminalReply(message.terminal))
        case CLOISTER__V1__ANSWER__ANSWER_SESSION_DESCRIPTIONS:
            let list = try required(message.session_descriptions, "session_descriptions")
            self = .descriptions(
                try values(list.sessions, list.n_sessions) { entry throws(WireError) in
                    try SessionDescription(entry)
                }
            )
        case CLOISTER__V1__ANSWER__ANSWER_IMAGE_DESCRIPTION:
            self = .image(try ImageDescription(try required(message.image_description, "image_description")))
        case CLOISTER__V1__ANSWER__ANSWER_WORKER_DESCRIPTION:
            let description = try required(message.worker_description, "worker_description")
            self = .worker(try WorkerDescription(description))
        case CLOISTER__V1__ANSWER__ANSWER_CONSOLE:
            self = .console([UInt8](try required(message.console, "console").text))
        case CLOISTER__V1__ANSWER__ANSWER_TEMPLATE_PIECE:
            self = .templatePiece([UInt8](try required(message.template_piece, "template_piece").content))
        default: throw WireError(.invalidField, "The answer's kind is not known.")
        }
    }
}

extension Arena {
    fileprivate mutating func pong(_ pong: Pong) -> UnsafeMutablePointer<Cloister__V1__Pong> {
        let message = message(cloister__v1__pong__init)
        var entries: [UnsafeMutablePointer<Cloister__V1__EndedSession>] = []
        for ended in pong.ended {
            let entry = self.message(cloister__v1__ended_session__init)
            entry.pointee.number = ended.number
            entry.pointee.session = sessionKey(ended.session.key)
            entry.pointee.generation = ended.session.generation.number
            entry.pointee.cause = text(ended.cause.name)
            entries.append(entry)
        }
        message.pointee.epoch = pong.epoch.number
        message.pointee.capacity = capacity(pong.capacity)
        message.pointee.session_count = UInt32(clamping: pong.sessionCount)
        message.pointee.is_accepting = pong.isAccepting ? 1 : 0
        message.pointee.n_ended = entries.count
        message.pointee.ended = list(entries)
        message.pointee.is_in_touch = pong.isInTouch ? 1 : 0
        message.pointee.sent_at_us = pong.sentAt?.wireMicroseconds ?? 0
        return message
    }

    fileprivate mutating func eventPage(_ page: EventPage) -> UnsafeMutablePointer<Cloister__V1__EventPage> {
        let message = message(cloister__v1__event_page__init)
        let events = page.events.map { event($0) }
        let timings = page.timings.recorded.map { stageTiming($0.stage, $0.duration) }
        message.pointee.n_events = events.count
        message.pointee.events = list(events)
        message.pointee.next_sequence = page.nextSequence
        message.pointee.is_complete = page.isComplete ? 1 : 0
        message.pointee.session_instance = text(page.sessionInstance)
        message.pointee.is_new_session = page.isNewSession ? 1 : 0
        message.pointee.has_started = page.hasStarted ? 1 : 0
        message.pointee.form = answerForm(page.form)
        message.pointee.n_timings = timings.count
        message.pointee.timings = list(timings)
        return message
    }

    private mutating func stageTiming(
        _ stage: Stage,
        _ duration: Duration
    ) -> UnsafeMutablePointer<Cloister__V1__StageTiming> {
        let message = message(cloister__v1__stage_timing__init)
        message.pointee.stage = text(stage.name)
        message.pointee.duration_us = duration.wireMicroseconds
        return message
    }
}

extension Pong {
    fileprivate init(_ message: Cloister__V1__Pong) throws(WireError) {
        self.init(
            epoch: WorkerEpoch(message.epoch),
            capacity: WorkerCapacity(try required(message.capacity, "capacity")),
            sessionCount: Int(message.session_count),
            isAccepting: message.is_accepting != 0,
            ended: try values(message.ended, message.n_ended) { entry throws(WireError) in
                EndedSession(
                    number: entry.number,
                    session: try SessionLife(entry.session, entry.generation),
                    cause: EndCause.named(try String(field: entry.cause, "cause")) ?? .guestCrashed
                )
            },
            isInTouch: message.is_in_touch != 0,
            sentAt: message.sent_at_us == 0 ? nil : Duration(wireMicroseconds: message.sent_at_us)
        )
    }
}

extension EventPage {
    fileprivate init(_ message: Cloister__V1__EventPage) throws(WireError) {
        var timings = StageTimings()
        let recorded = try values(message.timings, message.n_timings) { timing throws(WireError) in
            (try String(field: timing.stage, "stage"), Duration(wireMicroseconds: timing.duration_us))
        }
        for (name, duration) in recorded {
            if let stage = Stage.named(name) { timings[stage] = duration }
        }
        self.init(
            events: try values(message.events, message.n_events) {
                event throws(WireError) in try SequencedEvent(event)
            },
            nextSequence: message.next_sequence,
            isComplete: message.is_complete != 0,
            hasStarted: message.has_started != 0,
            sessionInstance: try String(field: message.session_instance, "session_instance"),
            isNewSession: message.is_new_session != 0,
            form: try AnswerForm(message.form),
            timings: timings
        )
    }
}
