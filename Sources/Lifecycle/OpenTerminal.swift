internal import Domain

/// A terminal as the worker has it: what it has shown, what is still to be typed, and what the guest was told.
struct OpenTerminal<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    let id: TerminalID
    /// The guest's number for it.
    let number: UInt64
    private let spec: TerminalSpec
    private let processes: Int
    private let createdMilliseconds: UInt64
    /// How it ended; nil while it runs.
    private(set) var end: TerminalEnd?
    /// How many requests read it.
    private(set) var readers = 0
    /// When it was read last.
    private(set) var lastRead: Instant
    private var output = TerminalOutput()
    /// Up to where somebody has surely read.
    private var acknowledged: UInt64 = 0
    private var toldLimit: UInt64 = 0
    private var size: TerminalSize
    private var toldSize: TerminalSize?
    private var waiting: [UInt8] = []
    /// How much input was taken from clients.
    private var taken: UInt64 = 0
    /// How much of it the program's terminal has.
    private var typed: UInt64 = 0
    private var hangUp: TerminalEnd.Cause?
    private var hangUpIsTold = false

    init(
        _ id: TerminalID,
        number: UInt64,
        spec: TerminalSpec,
        processes: Int,
        createdMilliseconds: UInt64,
        now: Instant
    ) {
        self.id = id
        self.number = number
        self.spec = spec
        self.processes = processes
        self.createdMilliseconds = createdMilliseconds
        size = spec.size
        lastRead = now
    }

    var description: TerminalDescription {
        TerminalDescription(
            id: id,
            size: size,
            arguments: spec.arguments,
            createdMilliseconds: createdMilliseconds,
            inputPosition: taken,
            outputPosition: output.end,
            end: end
        )
    }

    mutating func beginReading(now: Instant) throws(Failure) {
        guard readers < TerminalLimits.readers else {
            throw Failure(
                .tooManyRequests,
                "\(readers) requests read this terminal already. Close some of them.",
                retryAfterSeconds: 1
            )
        }
        readers += 1
        lastRead = max(lastRead, now)
    }

    mutating func endReading(now: Instant) {
        readers -= 1
        lastRead = max(lastRead, now)
    }

    /// Reads output; who asks for a place has what stands before it.
    ///
    /// - Parameter place: where to begin.
    /// - Returns: the output; nil when there is none yet.
    /// - Throws: `sessionRequestValidationFailed` for a place beyond the end.
    mutating func read(from place: UInt64) throws(Failure) -> TerminalPage? {
        guard place <= output.end else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The terminal has shown \(output.end) bytes; there is nothing to read from \(place) on."
            )
        }
        acknowledged = max(acknowledged, place)
        let (position, bytes) = output.read(from: place)
        guard !bytes.isEmpty || end != nil else { return nil }
        let isEnd = end != nil && position + UInt64(bytes.count) == output.end
        return TerminalPage(position: position, bytes: bytes, isEnd: isEnd)
    }

    /// Takes input; what was taken before is not typed again.
    ///
    /// - Parameters:
    ///   - bytes: the input.
    ///   - place: where it stands among all input; nil for behind all the rest.
    /// - Returns: whether there was room for it.
    /// - Throws: `terminalEnded`, `terminalInputGap`.
    mutating func type(_ bytes: [UInt8], at place: UInt64?) throws(Failure) -> Bool {
        try requireRunning()
        let place = place ?? taken
        guard place <= taken else {
            throw Failure(
                .terminalInputGap,
                "The terminal has taken \(taken) bytes of input, and this begins at \(place)."
            )
        }
        let new = bytes.dropFirst(Int(clamping: taken - place))
        guard taken - typed + UInt64(new.count) <= UInt64(TerminalLimits.inputWaiting) else { return false }
        waiting += new
        taken += UInt64(new.count)
        return true
    }

    mutating func resize(_ size: TerminalSize) throws(Failure) {
        try requireRunning()
        self.size = size
    }

    /// Has it hung up, once; one that has ended stays as it is.
    mutating func close(_ cause: TerminalEnd.Cause) {
        guard end == nil, hangUp == nil else { return }
        hangUp = cause
    }

    /// When it is hung up because nobody reads it; nil when somebody does, or it is being hung up.
    var expiry: Instant? {
        guard end == nil, hangUp == nil, readers == 0 else { return nil }
        return lastRead.advanced(by: TerminalLimits.unattended)
    }

    private func requireRunning() throws(Failure) {
        guard end == nil, hangUp == nil else {
            throw Failure(.terminalEnded, FailureCode.terminalEnded.meaning)
        }
    }

    /// What the guest has to be told next; each is told once.
    mutating func nextStep() -> TerminalStep? {
        guard end == nil else { return nil }
        let limit = acknowledged + UInt64(TerminalLimits.outputAhead)
        guard let told = toldSize else {
            toldSize = spec.size
            toldLimit = limit
            return .open(spec, outputUpTo: limit, processes: processes)
        }
        if told != size {
            toldSize = size
            return .resize(size)
        }
        if !waiting.isEmpty {
            let piece = Array(waiting.prefix(TerminalLimits.inputBytes))
            waiting.removeFirst(piece.count)
            return .input(piece)
        }
        // Not for every few bytes that somebody has read.
        if limit - toldLimit >= UInt64(TerminalLimits.outputAhead / 4) {
            toldLimit = limit
            return .credit(outputUpTo: limit)
        }
        guard hangUp != nil, !hangUpIsTold else { return nil }
        hangUpIsTold = true
        return .hangUp(grace: TerminalLimits.hangUpGrace)
    }

    /// Takes in what the guest says; it may say anything.
    mutating func take(_ report: TerminalReport) {
        guard end == nil, toldSize != nil else { return }
        switch report {
        case .output(let bytes): output.append(bytes)
        case .typed(let place): typed = max(typed, min(place, taken - UInt64(waiting.count)))
        case .ended(let exitCode): end = TerminalEnd(cause: hangUp ?? .exited, exitCode: exitCode)
        case .notOpened: end = TerminalEnd(cause: .notOpened, exitCode: Self.notOpenedCode)
        }
        if end != nil { waiting = [] }
    }

    /// As a shell tells that a program cannot be run.
    private static var notOpenedCode: Int { 126 }
}
