internal import ClusterState
package import Domain
internal import Wire

/// Terminals, as ``TerminalDispatch`` has them.
extension Dispatcher {
    @concurrent
    package func openTerminal(
        _ spec: TerminalSpec,
        in session: SessionKey
    ) async throws(Failure) -> TerminalDescription {
        let pool = try await node.pool(named: session.pool)
        guard !Task.isCancelled else { throw Self.cancelled }
        let id = TerminalID.draw()
        let delivery = try await deliver(
            to: session,
            in: pool,
            wait: { TerminalLimits.requestTimeout },
            unanswered: { loss, placement, link in
                if loss.certainty == .workerLost { return await self.loss(of: placement) }
                // It may have been opened, and nobody knows its name.
                tellLater(command(.close(id), at: placement, in: pool, wait: .zero), over: link)
                return Self.silence
            }
        ) { placement, wait in
            command(.open(id, spec), at: placement, in: pool, wait: wait)
        }
        guard case .terminal(.terminal(let description)) = delivery.answer else { throw Self.misfit }
        return description
    }

    @concurrent
    package func terminals(of session: SessionKey) async throws(Failure) -> [TerminalDescription] {
        guard case .terminals(let all) = try await ask(.list, in: session) else { throw Self.misfit }
        return all
    }

    @concurrent
    package func terminal(
        _ id: TerminalID,
        in session: SessionKey
    ) async throws(Failure) -> TerminalDescription {
        try await description(after: .look(id), in: session)
    }

    @concurrent
    package func terminalOutput(
        of id: TerminalID,
        in session: SessionKey,
        from place: UInt64,
        wait: Duration
    ) async throws(Failure) -> TerminalPage {
        let wait = min(max(wait, .zero), times.longestWait)
        let reply = try await ask(.read(id, from: place), in: session, wait: wait)
        guard case .page(let page) = reply, page.position >= place else { throw Self.misfit }
        return page
    }

    @concurrent
    package func type(
        _ bytes: [UInt8],
        into id: TerminalID,
        in session: SessionKey,
        at place: UInt64?
    ) async throws(Failure) -> TerminalDescription {
        try await description(after: .type(id, at: place, bytes), in: session)
    }

    @concurrent
    package func resizeTerminal(
        _ id: TerminalID,
        in session: SessionKey,
        to size: TerminalSize
    ) async throws(Failure) -> TerminalDescription {
        try await description(after: .resize(id, size), in: session)
    }

    @concurrent
    package func closeTerminal(_ id: TerminalID, in session: SessionKey) async throws(Failure) {
        _ = try await description(after: .close(id), in: session)
    }

    private static let perhapsTyped = Failure(
        .deadlineExceeded,
        "The worker did not answer in time; whether this was typed is not known. Look before you send it again."
    )

    private static let silence = Failure(
        .deadlineExceeded,
        "The worker did not answer in time; ask again.",
        retryAfterSeconds: 1
    )

    private func description(
        after order: TerminalOrder,
        in session: SessionKey
    ) async throws(Failure) -> TerminalDescription {
        guard case .terminal(let description) = try await ask(order, in: session) else { throw Self.misfit }
        return description
    }

    private func command(
        _ order: TerminalOrder,
        at placement: Placement,
        in pool: PoolConfiguration,
        wait: Duration
    ) -> Command.Request {
        var mayCreate = false
        if case .open = order { mayCreate = placement.mayCreate }
        return .terminal(
            TerminalRequest(
                session: placement.session,
                mayCreate: mayCreate,
                pool: pool,
                order: order,
                wait: wait
            )
        )
    }

    /// Asks something about terminals of a session that is there; none begins for it.
    private func ask(
        _ order: TerminalOrder,
        in session: SessionKey,
        wait: Duration = TerminalLimits.requestTimeout
    ) async throws(Failure) -> TerminalReply {
        let pool = try await node.pool(named: session.pool)
        let (placement, link) = try await reach(
            session,
            else: Failure(
                .terminalNotFound,
                "There are no terminals: the session '\(session.identifier)' does not exist (any more)."
            )
        )
        let answer = try await askAgain(
            command(order, at: placement, in: pool, wait: wait),
            wait: wait,
            at: placement,
            over: link,
            mayBeEarly: true,
            gone: {
                Failure(.terminalNotFound, "The session has ended (\($0)), and its terminals with it.")
            },
            unanswered: { loss in
                if loss.certainty == .workerLost { return await self.loss(of: placement) }
                // What has no place in the input would be typed twice.
                if case .type(_, at: nil, _) = order { return Self.perhapsTyped }
                return Self.silence
            }
        )
        guard case .terminal(let reply) = answer else { throw Self.misfit }
        return reply
    }
}
