internal import Coordinator
internal import Domain

/// Reads an execution that was begun, page by page.
struct ExecutionReader: Sendable {
    let dispatch: any SessionDispatch
    let subject: ExecutionSubject

    /// What there is of an execution.
    struct Reading: Sendable {
        /// What it has produced; it has an outcome when it has ended.
        var report: ExecutionReport
        /// The last page that was read.
        var page: EventPage

        init(_ page: EventPage, of subject: ExecutionSubject) {
            report = ExecutionReport(
                id: subject.id,
                session: subject.session,
                sessionInstance: page.sessionInstance,
                isNewSession: page.isNewSession
            )
            self.page = page
            take(page)
        }

        mutating func take(_ page: EventPage) {
            self.page = page
            for event in page.events { report.append(event.event) }
            report.timings.merge(page.timings)
        }
    }

    /// Reads one page.
    ///
    /// - Parameters:
    ///   - sequence: the first place that is wanted.
    ///   - wait: how long to wait for an event that is not there yet.
    /// - Returns: the page.
    /// - Throws: `executionNotFound`, `sessionLost` and what else keeps it from being read.
    func page(from sequence: UInt64, wait: Duration = .zero) async throws(Failure) -> EventPage {
        try await dispatch.events(of: subject.id, in: subject.session, from: sequence, wait: wait)
    }

    /// Reads all there is now; the pool's limits bound it.
    ///
    /// - Parameter first: the page from the beginning.
    /// - Returns: what there is.
    /// - Throws: `executionNotFound`, `sessionLost` and what else keeps it from being read.
    func everything(after first: EventPage) async throws(Failure) -> Reading {
        var reading = Reading(first, of: subject)
        while !reading.page.isComplete, !reading.page.events.isEmpty {
            reading.take(try await page(from: reading.page.nextSequence))
        }
        return reading
    }
}
