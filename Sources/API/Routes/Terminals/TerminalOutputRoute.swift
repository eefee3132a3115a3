internal import APIModel
internal import Coordinator
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import ServiceLifecycle

/// `GET …/terminals/{id}/output`: what a terminal shows, as it comes.
///
/// A page is read when the client has taken the one before, so a slow client costs one page of memory and
/// slows the program. The answer ends with the terminal, and also when there was nothing to say for a while:
/// a raw stream has no room for signs of life, and neither a proxy nor we can tell silence from a lost
/// connection. Whoever wants more asks again from the place where the answer ended.
struct TerminalOutputRoute: Sendable {
    /// How long the worker waits for output at once: for so long a client that is gone counts as a reader.
    private static let longestWait: Duration = .seconds(5)

    let dispatch: any SessionDispatch
    let silence: Duration

    @Sendable
    func send(_ request: Request, _ context: APIContext) async throws -> Response {
        let subject = try await TerminalSubject(request, context, dispatch)
        let place = try subject.from() ?? 0
        let first = try await page(of: subject, from: place, wait: .zero)
        let headers: HTTPFields = [
            .contentType: "application/octet-stream", .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff", HeaderNames.accelBuffering: "no",
            HeaderNames.terminalPosition: String(first.position),
        ]
        let body = ResponseBody { writer in
            try await tell(subject, from: first, context, to: &writer)
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    @concurrent
    private func tell(
        _ subject: TerminalSubject,
        from first: TerminalPage,
        _ context: APIContext,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var page = first
        var place = first.position
        var spoken = ContinuousClock.now
        // A page that begins later: the client was so slow that something is not kept any more. It shall know.
        while page.position == place {
            if !page.bytes.isEmpty {
                try await context.connection.write(page.bytes, to: &writer)
                spoken = .now
            }
            place = page.nextPosition
            let left = silence - spoken.duration(to: .now)
            if page.isEnd || left <= .zero || Task.isShuttingDownGracefully { return }
            let wait = min(left, Self.longestWait)
            let next = try await context.connection.next { [place] () throws(Failure) in
                try await self.page(of: subject, from: place, wait: wait)
            }
            switch next {
            case .success(let next): page = next
            case .failure(let failure):
                // The status cannot tell any more; whoever asks for the terminal is told.
                if !Task.isShuttingDownGracefully { _ = ErrorMiddleware.late(failure, in: context) }
                return
            }
        }
    }

    private func page(
        of subject: TerminalSubject,
        from place: UInt64,
        wait: Duration
    ) async throws(Failure) -> TerminalPage {
        try await dispatch.terminalOutput(of: subject.id, in: subject.session, from: place, wait: wait)
    }
}
