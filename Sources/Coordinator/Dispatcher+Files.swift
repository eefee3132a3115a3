internal import ClusterState
package import Domain
internal import Wire

/// Files, as ``FileDispatch`` has them.
extension Dispatcher {
    package func files(
        in folder: SessionFilePath,
        of session: SessionKey,
        isRecursive: Bool,
        after: SessionFilePath,
        most: Int
    ) async throws(Failure) -> SessionFileList {
        var list = SessionFileList(files: [], isComplete: false)
        while !list.isComplete, list.files.count < most {
            let order = FileOrder.list(
                folder,
                isRecursive: isRecursive,
                after: list.files.last?.path ?? after,
                most: min(most - list.files.count, FileLimits.filesPerPart)
            )
            guard case .files(let part) = try await perform(order, in: session).reply else {
                throw Self.misfit
            }
            // A guest that tells nothing and says that there is more would keep us for ever.
            guard part.isComplete || !part.files.isEmpty else { throw Self.misfit }
            list.files += part.files
            list.isComplete = part.isComplete
        }
        return list
    }

    package func file(
        at path: SessionFilePath,
        of session: SessionKey
    ) async throws(Failure) -> SessionFile {
        guard case .file(let file) = try await perform(.look(path), in: session).reply else {
            throw Self.misfit
        }
        return file
    }

    package func removeFile(at path: SessionFilePath, of session: SessionKey) async throws(Failure) {
        guard case .done = try await perform(.remove(path), in: session).reply else { throw Self.misfit }
    }

    package func openFile(
        at path: SessionFilePath,
        of session: SessionKey
    ) async throws(Failure) -> any FileReading {
        let transfer = Self.newTransfer()
        let answer = try await perform(.openToRead(path, transfer: transfer), in: session)
        guard case .file(let file) = answer.reply else { throw Self.misfit }
        return RemoteFile(
            file: file,
            transfer: transfer,
            pool: answer.pool,
            delivery: answer.delivery,
            dispatcher: self
        )
    }

    package func createFile(
        at path: SessionFilePath,
        of session: SessionKey
    ) async throws(Failure) -> any FileWriting {
        let transfer = Self.newTransfer()
        let answer = try await perform(.openToWrite(path, transfer: transfer), in: session)
        guard case .done = answer.reply else { throw Self.misfit }
        return RemoteFile(
            file: SessionFile(path: path, isFolder: false, size: 0, modified: 0),
            transfer: transfer,
            pool: answer.pool,
            delivery: answer.delivery,
            dispatcher: self
        )
    }

    /// Drawn at random: other coordinators draw numbers for the same sessions.
    private static func newTransfer() -> UInt64 { UInt64.random(in: 1 ... .max) }

    private func perform(
        _ order: FileOrder,
        in session: SessionKey
    ) async throws(Failure) -> (reply: FileReply, pool: PoolConfiguration, delivery: Delivery) {
        let pool = try await node.pool(named: session.pool)
        let delivery = try await deliver(
            to: session,
            in: pool,
            wait: { FileLimits.requestTimeout },
            unanswered: { await failure(for: $0, of: order, in: pool, at: $1, over: $2) }
        ) { placement, wait in
            .file(
                FileRequest(
                    session: placement.session,
                    mayCreate: placement.mayCreate,
                    pool: pool,
                    order: order,
                    wait: wait
                )
            )
        }
        guard case .file(let reply) = delivery.answer, reply.fits(order) else { throw Self.misfit }
        if case .trouble(let trouble) = reply { throw trouble.failure(for: order.path) }
        return (reply, pool, delivery)
    }

    /// What the client is told of an order without an answer; a file that it may have opened is closed.
    fileprivate func failure(
        for loss: WorkerLink.Loss,
        of order: FileOrder,
        in pool: PoolConfiguration,
        at placement: Placement,
        over link: WorkerLink
    ) async -> Failure {
        if loss.certainty == .workerLost { return await self.loss(of: placement) }
        switch order {
        case .openToRead(_, let transfer), .openToWrite(_, let transfer):
            close(transfer, in: pool, at: placement, over: link)
        default: break
        }
        return Failure(
            .deadlineExceeded,
            "The worker did not answer in time; whether the file was changed is not known."
        )
    }

    fileprivate func close(
        _ transfer: UInt64,
        in pool: PoolConfiguration,
        at placement: Placement,
        over link: WorkerLink
    ) {
        let request = FileRequest(
            session: placement.session,
            mayCreate: false,
            pool: pool,
            order: .close(transfer: transfer),
            wait: FileLimits.requestTimeout
        )
        tellLater(.file(request), over: link)
    }
}

/// A file that is open in a session's guest.
private struct RemoteFile: FileReading, FileWriting {
    let file: SessionFile
    let transfer: UInt64
    let pool: PoolConfiguration
    let delivery: Dispatcher.Delivery
    let dispatcher: Dispatcher

    func read(at offset: Int, count: Int) async throws(Failure) -> [UInt8] {
        let order = FileOrder.read(transfer: transfer, offset: UInt64(clamping: offset), count: count)
        guard case .content(_, let bytes) = try await perform(order) else { throw Dispatcher.misfit }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) async throws(Failure) {
        let order = FileOrder.write(transfer: transfer, offset: UInt64(clamping: offset), bytes)
        guard case .done = try await perform(order) else { throw Dispatcher.misfit }
    }

    func commit(size: Int) async throws(Failure) -> SessionFile {
        let order = FileOrder.commit(transfer: transfer, size: UInt64(clamping: size))
        guard case .file(let file) = try await perform(order) else { throw Dispatcher.misfit }
        return file
    }

    func close() {
        dispatcher.close(transfer, in: pool, at: delivery.placement, over: delivery.link)
    }

    private func perform(_ order: FileOrder) async throws(Failure) -> FileReply {
        let request = FileRequest(
            session: delivery.placement.session,
            mayCreate: false,
            pool: pool,
            order: order,
            wait: FileLimits.requestTimeout
        )
        let answer = try await dispatcher.askAgain(
            .file(request),
            wait: request.wait,
            at: delivery.placement,
            over: delivery.link,
            gone: { Failure(.noSessionFound, "The session has ended (\($0)), and its files with it.") },
            unanswered: {
                await dispatcher.failure(
                    for: $0,
                    of: order,
                    in: pool,
                    at: delivery.placement,
                    over: delivery.link
                )
            }
        )
        guard case .file(let reply) = answer, reply.fits(order) else { throw Dispatcher.misfit }
        if case .trouble(let trouble) = reply { throw trouble.failure(for: file.path) }
        return reply
    }
}
