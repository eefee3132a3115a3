internal import Domain
internal import Lifecycle
internal import MicroVM
internal import Transport
internal import Wire

/// The session's files: orders go to the guest's agent one by one, several at a time, beside any execution.
extension Sandbox {
    /// How long the watch over transfers sleeps when there are none.
    private static let longestWatch: Duration = .seconds(3_600)

    /// Has the guest's agent do something with files.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - deadline: when to give up.
    /// - Returns: what became of it; nil when the session has ended without taking it in.
    /// - Throws: why there is no answer.
    func perform(
        _ order: FileOrder,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> FileReply? {
        guard end == nil else { return nil }
        touch()
        defer { touch() }
        if let trouble = admit(order) { return .trouble(trouble) }
        do throws(Failure) {
            let reply = try await ask(order, until: deadline)
            note(reply, to: order)
            return reply
        } catch {
            // Whether a file was opened is not known; the agent gives it up by itself.
            if case .openToRead(_, let transfer) = order { transfers.close(transfer) }
            if case .openToWrite(_, let transfer) = order { transfers.close(transfer) }
            throw error
        }
    }

    /// Takes in what the guest says; it is hostile, so what does not fit is left out.
    ///
    /// - Parameter frame: a frame that was well formed.
    func take(_ frame: GuestFrame) async {
        guard case .file(let number, let reply) = frame else { return receive(frame) }
        await fileOrders.deliver(reply, for: number)
    }

    /// Closes files whose clients went away, until cancelled.
    func watchTransfers() async {
        while !Task.isCancelled {
            for transfer in transfers.closeExpired(.now) {
                // Without an answer the agent gives it up by itself.
                _ = try? await ask(.close(transfer: transfer), until: .now + FileLimits.requestTimeout)
            }
            await waitForChange(of: .transfers, until: transfers.nextExpiry ?? .now + Self.longestWatch)
        }
    }

    /// Tells all who wait for the guest that it is gone.
    func endFileOrders() async {
        await fileOrders.failAll(with: TransportError(.peerLost, "The machine is gone."))
    }

    /// What speaks against an order before the guest is asked.
    private func admit(_ order: FileOrder) -> FileTrouble? {
        switch order {
        case .openToRead(_, let transfer), .openToWrite(_, let transfer):
            guard transfers.open(transfer, now: .now) else { return .tooMany }
            // The watch has to know when the new one expires.
            changes.notify(.transfers)
            return nil
        case .close: return nil
        default:
            guard let transfer = order.transfer else { return nil }
            return transfers.touch(transfer, now: .now) ? nil : .unknownTransfer
        }
    }

    private func note(_ reply: FileReply, to order: FileOrder) {
        let failed = if case .trouble = reply { true } else { false }
        switch order {
        case .commit(let transfer, _), .close(let transfer): transfers.close(transfer)
        // The agent gives up what it cannot open or write.
        case .openToRead(_, let transfer) where failed, .openToWrite(_, let transfer) where failed,
            .write(let transfer, _, _) where failed:
            transfers.close(transfer)
        default:
            if let transfer = order.transfer { _ = transfers.touch(transfer, now: .now) }
        }
    }

    private func ask(
        _ order: FileOrder,
        until deadline: ContinuousClock.Instant
    ) async throws(Failure) -> FileReply {
        let machine = try await startedMachine(until: deadline)
        let reply: FileReply
        do {
            reply = try await fileOrders.ask(by: deadline) { number in
                try await machine.send(.file(number: number, order), deadline: deadline)
            }
        } catch let error as TransportError where error.code == .overloaded {
            throw Failure(.tooManyRequests, "Too many requests for files wait.", retryAfterSeconds: 1)
        } catch {
            if let end { throw filesFailure(for: end) }
            throw Failure(
                .deadlineExceeded,
                "The sandbox did not answer in time; whether the file was changed is not known."
            )
        }
        guard reply.fits(order) else {
            throw Failure(.sandboxFailed, "The sandbox answered what does not fit the request.")
        }
        return reply
    }

    private func startedMachine(until deadline: ContinuousClock.Instant) async throws(Failure) -> any Machine
    {
        while true {
            if let end { throw filesFailure(for: end) }
            if let machine { return machine }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                throw Failure(.sandboxFailed, "The sandbox did not start in time.", retryAfterSeconds: 1)
            }
            await waitForChange(until: deadline)
        }
    }

    private func filesFailure(for cause: EndCause) -> Failure {
        switch cause {
        case .startFailed:
            Failure(.sandboxFailed, "The sandbox could not be started. Try again.", retryAfterSeconds: 1)
        case .stopped, .cooldown, .maxAlive:
            Failure(.noSessionFound, "The session has ended (\(cause)), and its files with it.")
        case .workerLost, .drained:
            Failure(.sessionLost, "The session was lost with its worker (\(cause)), and its files with it.")
        default:
            Failure(.sandboxFailed, "The sandbox ended (\(cause)), and the session's files with it.")
        }
    }
}
