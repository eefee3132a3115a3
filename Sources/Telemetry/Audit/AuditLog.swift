internal import Dispatch
package import Logging
internal import Synchronization

/// Writes one line of JSON for each operation to a file.
///
/// Lines wait in a bounded queue for a thread of the log's own, so nobody waits for the disk. Whoever is about
/// to do something keeps a place first; when there is none, because the disk is full or too slow, it must not
/// be done. Lines about what was refused anyway take no place: they are dropped when the queue is full, and
/// a line tells how many. A written line outlives the process; a power cut may take the last ones.
package final class AuditLog: Sendable {
    /// The bounds of the queue.
    package struct Bounds: Hashable, Sendable {
        /// How many lines wait or have a place at most.
        package var lines: Int
        /// Over how many waiting bytes no further place is given.
        package var bytes: Int

        /// Makes bounds; the defaults are the documented ones.
        ///
        /// - Parameters:
        ///   - lines: how many lines wait or have a place at most.
        ///   - bytes: over how many waiting bytes no further place is given.
        package init(lines: Int = 8_192, bytes: Int = 16 << 20) {
            self.lines = lines
            self.bytes = bytes
        }
    }

    private struct State {
        var waiting: [UInt8] = []
        var waitingLines = 0
        /// Lines that are being written.
        var batchLines = 0
        /// Places that were given and not used yet.
        var places = 0
        var dropped = 0
        var isAtWork = false
        var isFailing = false

        /// Whether there is a place for one more line.
        func hasRoom(_ bounds: Bounds) -> Bool {
            waitingLines + batchLines + places < bounds.lines && waiting.count <= bounds.bytes
        }
    }

    /// How long a failed write waits to be tried again.
    private static let pause: DispatchTimeInterval = .seconds(1)

    private let bounds: Bounds
    private let keepsCode: Bool
    private let state = Mutex(State())
    private let file: Mutex<AuditFile>
    private let queue = DispatchQueue(label: "cloister.audit")
    private let logger: Logger

    /// Opens the file, making it with mode 0600 if there is none.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - keepsCode: whether the code of executions is written, and not only its SHA-256.
    ///   - bounds: the bounds of the queue.
    ///   - logger: where failures are told.
    /// - Throws: ``AuditFileError`` when it cannot be opened.
    package convenience init(
        path: String,
        keepsCode: Bool,
        bounds: Bounds = Bounds(),
        logger: Logger
    ) throws(AuditFileError) {
        self.init(file: try AuditFile(path: path), keepsCode: keepsCode, bounds: bounds, logger: logger)
    }

    init(file: consuming sending AuditFile, keepsCode: Bool, bounds: Bounds, logger: Logger) {
        self.file = Mutex(file)
        self.keepsCode = keepsCode
        self.bounds = bounds
        self.logger = logger
    }

    /// Begins an entry.
    ///
    /// - Parameter entry: what is known so far.
    /// - Returns: its draft, which writes itself when it is finished or forgotten.
    package func draft(_ entry: AuditEntry) -> AuditDraft { AuditDraft(entry, log: self) }

    /// Goes on in a new file of the same name, for whoever has renamed the old one.
    package func reopen() {
        queue.async { [self] in
            do throws(AuditFileError) {
                try file.withLock { file throws(AuditFileError) in try file.reopen() }
                logger.info("the audit log was opened anew")
            } catch {
                logger.error("the audit log cannot be opened anew", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Waits until all lines are written, or for some time.
    ///
    /// - Parameter limit: how long to wait at most.
    package func flush(within limit: Duration) async {
        let deadline = DispatchTime.now() + .milliseconds(Int(limit / .milliseconds(1)))
        await withCheckedContinuation { continuation in
            let wait = FirstResume(continuation)
            queue.async { wait.resume() }
            DispatchQueue.global().asyncAfter(deadline: deadline) { wait.resume() }
        }
        let left = state.withLock { $0.waitingLines + $0.batchLines }
        if left > 0 { logger.error("audit lines are not written", metadata: ["count": "\(left)"]) }
    }

    func reserve() -> Bool {
        state.withLock { state in
            guard state.hasRoom(bounds) else { return false }
            state.places += 1
            return true
        }
    }

    /// Gives a place back that no line will take.
    func release() { state.withLock { $0.places -= 1 } }

    func append(_ entry: AuditEntry, hasPlace: Bool) {
        let line = entry.line(time: LogLine.timeOfDay(), keepsCode: keepsCode)
        let mustStart = state.withLock { state in
            if hasPlace {
                state.places -= 1
            } else if !state.hasRoom(bounds) {
                state.dropped += 1
                return false
            }
            state.waiting += line.utf8
            state.waitingLines += 1
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if mustStart { queue.async { [self] in work() } }
    }

    /// Writes until nothing waits; it runs on the log's own thread.
    private func work() {
        while beginBatch() {
            let failure = file.withLock { $0.writeRest() }
            let isNew = state.withLock { state in
                if failure == nil { state.batchLines = 0 }
                defer { state.isFailing = failure != nil }
                return state.isFailing != (failure != nil)
            }
            if let failure {
                if isNew {
                    logger.error(
                        "the audit log cannot be written; when its queue is full, requests are refused",
                        metadata: ["error": "\(failure)"]
                    )
                }
                queue.asyncAfter(deadline: .now() + Self.pause) { [self] in work() }
                return
            }
            if isNew { logger.notice("the audit log is written again") }
        }
    }

    /// Gives the file what waits, unless it still has something; false when there is nothing to write.
    private func beginBatch() -> Bool {
        if file.withLock({ $0.hasRest }) { return true }
        let batch = state.withLock { state -> [UInt8]? in
            if state.dropped > 0 {
                let entry = AuditEntry(operation: "dropped \(state.dropped) lines about refused requests")
                state.waiting += entry.line(time: LogLine.timeOfDay(), keepsCode: false).utf8
                state.waitingLines += 1
                state.dropped = 0
            }
            guard state.waitingLines > 0 else {
                state.isAtWork = false
                return nil
            }
            state.batchLines = state.waitingLines
            state.waitingLines = 0
            defer { state.waiting = [] }
            return state.waiting
        }
        guard let batch else { return false }
        file.withLock { $0.take(batch) }
        return true
    }
}

/// Resumes a continuation once, whoever comes first.
private final class FirstResume: Sendable {
    private let continuation: Mutex<CheckedContinuation<Void, Never>?>

    init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }

    func resume() {
        let first = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        first?.resume()
    }
}
