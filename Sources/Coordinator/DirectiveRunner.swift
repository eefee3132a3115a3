internal import ClusterState
internal import Domain
internal import Logging
internal import Transport
internal import Wire

/// Carries out what the cluster's state directs, and reports what came of it as events.
struct DirectiveRunner: Sendable {
    /// How long a worker may take to tell its sessions.
    private static let helloTimeout: Duration = .seconds(5)
    /// How long a ping may take; later it counts as missed.
    private static let pingPatience: Duration = .seconds(1)
    /// How long an answer to a ping still shows that the worker lives: a network may be slow, and sessions that
    /// run are worth more than the wish for a quick one.
    private static let pingTimeout: Duration = .seconds(4)
    /// How long a worker may take to end a session.
    private static let stopTimeout: Duration = .seconds(2)

    let node: CoordinatorNode
    let replyAddress: String
    let post: any Post
    let key: ClusterKey
    let logger: Logger

    /// Carries out orders until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await order in node.orders {
                group.addTask { await carryOut(order) }
            }
            group.cancelAll()
        }
    }

    private func carryOut(_ order: Order) async {
        switch order {
        case .open(let life, let address, let serial): await open(life, at: address, serial: serial)
        case .close(let link): await link.close()
        case .ping(let link, let ping): await send(ping, over: link)
        case .refuse(let life, let address, let failure): await refuse(life, at: address, failure)
        case .stop(let placement, let cause, let link): await stop(placement, cause, over: link)
        case .greet(let link): await sayHello(over: link)
        case .confirm(let placement, let link): await confirm(placement, over: link)
        }
    }

    private func open(_ life: WorkerLife, at address: String, serial: UInt64) async {
        do {
            let outbox = try await post.openOutbox(to: address)
            let link = WorkerLink(
                life: life,
                serial: serial,
                sender: node.incarnation,
                replyAddress: replyAddress,
                key: key,
                outbox: outbox,
                metrics: node.metrics
            )
            guard await node.adopt(link, serial: serial) else { return await link.close() }
            await sayHello(over: link)
        } catch {
            logger.error(
                "a worker's address cannot be used",
                metadata: ["worker": "\(life)", "error": "\(error.message)"]
            )
            await node.linkFailed(to: life)
        }
    }

    private func sayHello(over link: WorkerLink) async {
        var sessions: [SessionLife] = []
        var offset: Int? = 0
        while let from = offset {
            do {
                switch try await link.ask(
                    .hello(offset: from, lease: .zero),
                    by: .now + Self.helloTimeout
                ) {
                case .sessions(let part, let next):
                    sessions += part
                    // A list that does not go on would never end.
                    offset = next.flatMap { $0 > from ? $0 : nil }
                case .failure(let failure) where failure.code == .staleAddressee:
                    return await node.lifeEnded(link.life)
                default:
                    return await node.linkFailed(to: link.life)
                }
            } catch {
                logger.warning(
                    "a worker does not answer",
                    metadata: ["worker": "\(link.life)", "reason": "\(error.reason)"]
                )
                return await node.linkFailed(to: link.life)
            }
        }
        await node.helloAnswered(by: link.life, sessions: sessions)
    }

    private func send(_ ping: Ping, over link: WorkerLink) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                // Cancelled by an answer in time; one that is late takes the miss back.
                guard (try? await Task.sleep(for: Self.pingPatience)) != nil else { return }
                await node.pingMissed(by: link.life)
            }
            await ask(ping, over: link)
            group.cancelAll()
        }
    }

    private func ask(_ ping: Ping, over link: WorkerLink) async {
        let life = link.life
        let request = Command.Request.ping(
            lease: ping.lease,
            endedAcknowledged: ping.endedAcknowledged,
            standing: ping.standing,
            since: ping.since
        )
        do {
            switch try await link.ask(request, by: .now + Self.pingTimeout) {
            case .pong(let pong):
                let answer = PingAnswer(
                    epoch: pong.epoch,
                    capacity: pong.capacity,
                    sessionCount: pong.sessionCount,
                    isAccepting: pong.isAccepting,
                    ended: pong.ended.map {
                        SessionEnd(number: $0.number, session: $0.session, cause: $0.cause)
                    },
                    isInTouch: pong.isInTouch,
                    sentAt: pong.sentAt
                )
                await node.pingAnswered(by: life, answer)
            case .failure(let failure) where failure.code == .staleAddressee: await node.lifeEnded(life)
            default: await node.pingMissed(by: life)
            }
        } catch {
            if error.certainty == .notSent { await node.linkFailed(to: life) }
            // A miss for want of an answer was counted long ago.
            if error.certainty != .unanswered { await node.pingMissed(by: life) }
        }
    }

    private func refuse(_ life: WorkerLife, at address: String, _ failure: Failure) async {
        logger.warning(
            "a worker is refused",
            metadata: ["worker": "\(life)", "reason": "\(failure.message)"]
        )
        do {
            let outbox = try await post.openOutbox(to: address)
            let bytes = try Envelope(
                addressee: life.incarnation,
                sender: node.incarnation,
                number: 0,
                timeLeft: Self.pingPatience,
                content: .answer(.failure(failure))
            ).encoded(key: key)
            try? await outbox.send(bytes, timeout: Self.pingPatience)
            await outbox.close()
        } catch {
            logger.warning(
                "a refusal could not be sent",
                metadata: ["worker": "\(life)", "error": "\(error)"]
            )
        }
    }

    private func confirm(_ placement: Placement, over link: WorkerLink) async {
        guard
            case .descriptions(let known)? = try? await link.ask(
                .describeSessions([placement.session]),
                by: .now + Self.stopTimeout
            )
        else { return }
        // One that the worker does not have is refused for ever by being stopped.
        if known.isEmpty {
            await stop(placement, .startFailed, over: link)
        } else {
            await node.sessionBegan(placement)
        }
    }

    private func stop(_ placement: Placement, _ cause: EndCause, over link: WorkerLink) async {
        let request = Command.Request.stopSession(placement.session, cause)
        // Without an answer the cluster's state directs it again.
        switch try? await link.ask(request, by: .now + Self.stopTimeout) {
        case .done: await node.sessionEnded(placement.session, on: placement.worker, cause: cause)
        case .sessionGone(let known):
            await node.sessionEnded(placement.session, on: placement.worker, cause: known ?? cause)
        case .failure(let failure) where failure.code == .staleAddressee:
            await node.sessionEnded(placement.session, on: placement.worker, cause: cause)
        default: break
        }
    }
}
