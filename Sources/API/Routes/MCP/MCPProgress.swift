internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Telemetry

/// Runs code for a client that wants to hear of it meanwhile: notifications with fresh output, then the result.
///
/// Everything happens while the answer is written, so that nothing runs for a client that is not there any more.
struct MCPProgress: Sendable {
    /// How long nothing is said at most: clients take silence for failure.
    private static let silence: Duration = .seconds(5)
    /// How long nothing is said at least: code can print faster than anybody reads.
    private static let pause: Duration = .milliseconds(200)
    /// What an execution may take beyond its time-out: for a place, and for those before it in its session.
    private static let margin: Duration = .seconds(240)

    let run: MCPToolRun
    let token: JSONValue
    let order: @Sendable () async throws -> (ExecutionSpec, SessionKey)

    /// The answer.
    var body: ResponseBody {
        ResponseBody { writer in
            let call = await run.exchange.calls.begin(run.key)
            let last: JSONValue
            do {
                last = try await end(of: call, telling: &writer)
            } catch {
                await run.exchange.calls.finish(call)
                throw error
            }
            await run.exchange.calls.finish(call)
            try await send(last, to: &writer)
            try await writer.finish(nil)
        }
    }

    /// The message that ends the call.
    @concurrent
    private func end(
        of call: MCPCalls.Key?,
        telling writer: inout any ResponseBodyWriter
    ) async throws -> JSONValue {
        do {
            do {
                return run.message(await bounded(try await result(of: call, telling: &writer)))
            } catch {
                return run.message(try await run.told(error))
            }
        } catch let error as RPCError {
            // Stronger than what the beginning of the answer stands for; a defect has said more already.
            run.context.audit?.note { if $0.outcome != "broken" { $0.outcome = "refused" } }
            return error.json(for: run.identifier)
        }
    }

    @concurrent
    private func result(
        of call: MCPCalls.Key?,
        telling writer: inout any ResponseBodyWriter
    ) async throws -> MCPToolResult {
        let beginning = ContinuousClock.now
        let (spec, session) = try await waiting(in: call) { try await order() }
        do {
            var page = try await waiting(in: call) { try await run.dispatch.begin(spec, in: session) }
            var report = ExecutionReport(
                id: spec.id,
                session: session,
                sessionInstance: page.sessionInstance,
                isNewSession: page.isNewSession
            )
            var notice = OutputNotice()
            var spoken = beginning
            while true {
                for event in page.events {
                    report.append(event.event)
                    notice.append(event.event)
                }
                report.timings.merge(page.timings)
                if page.isComplete { return try run.finished(report, imageBytes: MCPLimits.eventBytes / 2) }
                guard beginning.duration(to: .now) < spec.timeout + Self.margin else {
                    throw Failure(.deadlineExceeded, FailureCode.deadlineExceeded.meaning)
                }
                let quiet = spoken.duration(to: .now)
                if quiet >= Self.silence || quiet >= Self.pause && !notice.isEmpty {
                    let elapsed = beginning.duration(to: .now) / .seconds(1)
                    try await send(notice.message(token, progress: elapsed), to: &writer)
                    notice = OutputNotice()
                    spoken = .now
                }
                let sequence = page.nextSequence
                let wait = max(
                    (notice.isEmpty ? Self.silence : Self.pause) - spoken.duration(to: .now),
                    .zero
                )
                page = try await waiting(in: call) {
                    try await run.dispatch.events(of: spec.id, in: session, from: sequence, wait: wait)
                }
            }
        } catch {
            // Whatever it is, nobody will read the code's result.
            await run.dispatch.abandon(spec.id, in: session)
            throw error
        }
    }

    /// Waits for the cluster, but not for a client that goes away or cancels.
    private func waiting<Value: Sendable>(
        in call: MCPCalls.Key?,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await run.context.connection.cancellingOnDisconnect {
            try await run.exchange.calls.waiting(in: call, operation)
        }
    }

    /// A result that clients would not take as one event is an error that they can take.
    private func bounded(_ result: MCPToolResult) async -> MCPToolResult {
        let size = await Apart.compute { () throws(Never) in result.json.encoded.count }
        guard size > MCPLimits.eventBytes else { return result }
        return .failed(
            Failure(
                .payloadTooLarge,
                "The code ran, but what it produced is too long for an answer with progress. Print less, or "
                    + "write it into a file and read that."
            )
        )
    }

    @concurrent
    private func send(_ message: JSONValue, to writer: inout any ResponseBodyWriter) async throws {
        try await run.context.connection.write(ServerSentEvent("message", data: message).encoded, to: &writer)
    }
}

/// What an execution has printed since it was last told.
private struct OutputNotice {
    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// Adds what came next; of much only the end is kept.
    mutating func append(_ event: ExecutionEvent) {
        switch event {
        case .standardOutput(let output), .standardError(let output): bytes += output
        case .value, .image, .ended: return
        }
        guard bytes.count > MCPLimits.noticeBytes else { return }
        // Not from within a character on.
        bytes = Array(bytes.suffix(MCPLimits.noticeBytes).drop { $0 & 0xc0 == 0x80 })
    }

    func message(_ token: JSONValue, progress: Double) -> JSONValue {
        let text = String(decoding: bytes, as: UTF8.self)
        return RPCAnswer.notification(
            "notifications/progress",
            [
                .init("progressToken", token), .init("progress", .double(progress)),
                .init("message", .string(text.isEmpty ? "The code is running." : text)),
            ]
        )
    }
}
