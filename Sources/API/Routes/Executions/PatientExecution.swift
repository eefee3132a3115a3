internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Runs code for a client that takes silence for failure.
///
/// Semantic Kernel for Python gives up when nothing comes for 5 s (dynamic-sessions-api.md, section 7.5).
/// White space before JSON is JSON, so it gets some; that commits the answer to 200.
struct PatientExecution: Sendable {
    /// What the execution may take beyond its time-out, for a place and for the way.
    private static let margin: Duration = .seconds(60)

    private let silence: Duration
    private let order: ExecutionOrder

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - silence: how long nothing may be sent.
    ///   - order: the execution.
    init(silence: Duration, _ order: ExecutionOrder) {
        self.silence = silence
        self.order = order
    }

    /// Whether a client is such a one.
    ///
    /// - Parameter request: its request.
    /// - Returns: whether it is one.
    static func isNeeded(by request: Request) -> Bool {
        let agent = (request.headers[.userAgent] ?? "").lowercased()
        return agent.hasPrefix("semantic-kernel") && agent.contains("(language=python)")
    }

    /// Runs it; it is cancelled when the client goes away.
    ///
    /// - Throws: why there is no answer, if that is known soon enough.
    func run() async throws -> Response {
        let deadline = ContinuousClock.now + order.spec.timeout + Self.margin
        let spoken = ContinuousClock.now
        let reading = try await begin(at: spoken)
        guard !reading.page.isComplete else { return try await answer(reading) }
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        order.answer.addHeaders(reading.page, to: &headers)
        let body = ResponseBody { writer in
            var reading = reading
            do {
                try await finish(&reading, by: deadline, to: &writer)
                try await writer.write(ByteBuffer(bytes: self.body(of: reading)))
            } catch let failure as Failure {
                // Whatever it is, nobody will read the code's result.
                await cancel()
                let told = ErrorMiddleware.late(failure, in: order.answer.context)
                try await writer.write(ByteBuffer(bytes: told.encoded))
            } catch {
                await cancel()
                throw error
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Has it begin, and reads it as long as a client may wait for the first byte.
    private func begin(at spoken: ContinuousClock.Instant) async throws -> ExecutionReader.Reading {
        do {
            return try await order.answer.context.connection.cancellingOnDisconnect {
                var reading = ExecutionReader.Reading(try await order.taken(), of: order.answer.subject)
                do {
                    while !reading.page.isComplete {
                        try Task.checkCancellation()
                        let wait = silence - spoken.duration(to: .now)
                        guard wait > .zero else { break }
                        reading.take(try await order.reader.page(from: reading.page.nextSequence, wait: wait))
                    }
                } catch let failure as Failure {
                    await cancel()
                    throw failure
                }
                return reading
            }
        } catch let error as CancellationError {
            await cancel()
            throw error
        }
    }

    private func answer(_ reading: ExecutionReader.Reading) async throws(Failure) -> Response {
        try await order.answer.ended(reading.report, form: order.spec.form)
    }

    private func body(of reading: ExecutionReader.Reading) async throws(Failure) -> [UInt8] {
        order.answer.note(reading.report.outcome, reading.report.timings)
        let layout = order.answer.subject.layout
        return try await Apart.compute(reading.report.byteCount) { [order] () throws(Failure) in
            try ExecutionResource(reading.report, form: order.spec.form, layout: layout)
                .encoded(as: layout.shape)
        }
    }

    @concurrent
    private func finish(
        _ reading: inout ExecutionReader.Reading,
        by deadline: ContinuousClock.Instant,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var spoken: ContinuousClock.Instant?
        while !reading.page.isComplete {
            if spoken.map({ $0.duration(to: .now) >= silence }) ?? true {
                try await writer.write(ByteBuffer(string: " "))
                spoken = .now
            }
            guard ContinuousClock.now < deadline else {
                throw Failure(.deadlineExceeded, FailureCode.deadlineExceeded.meaning)
            }
            let wait = silence - (spoken ?? .now).duration(to: .now)
            let sequence = reading.page.nextSequence
            reading.take(
                try await order.answer.context.connection.cancellingOnDisconnect { [order] in
                    try await order.reader.page(from: sequence, wait: max(wait, .zero))
                }
            )
        }
    }

    // If it does not arrive, the code's own time-out ends it.
    private func cancel() async {
        await order.reader.dispatch.abandon(order.answer.subject.id, in: order.answer.subject.session)
    }
}
