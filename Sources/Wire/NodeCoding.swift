internal import CWire
internal import Domain

extension Arena {
    mutating func readConsole(_ session: SessionLife) -> UnsafeMutablePointer<Cloister__V1__ReadConsole> {
        let message = message(cloister__v1__read_console__init)
        message.pointee.session = sessionKey(session.key)
        message.pointee.generation = session.generation.number
        return message
    }

    mutating func readTemplate(
        _ piece: TemplatePieceName
    ) -> UnsafeMutablePointer<Cloister__V1__ReadTemplate> {
        let message = message(cloister__v1__read_template__init)
        message.pointee.name = text(piece.template)
        message.pointee.piece = piece.number
        return message
    }

    mutating func console(_ text: [UInt8]) -> UnsafeMutablePointer<Cloister__V1__Console> {
        let message = message(cloister__v1__console__init)
        message.pointee.text = bytes(text)
        return message
    }

    mutating func workerDescription(
        _ worker: WorkerDescription
    ) -> UnsafeMutablePointer<Cloister__V1__WorkerDescription> {
        let message = message(cloister__v1__worker_description__init)
        var entries: [UnsafeMutablePointer<Cloister__V1__ReadyCount>] = []
        for ready in worker.ready {
            let entry = self.message(cloister__v1__ready_count__init)
            entry.pointee.pool = text(ready.pool.text)
            entry.pointee.wanted = UInt32(clamping: ready.wanted)
            entry.pointee.ready = UInt32(clamping: ready.ready)
            entry.pointee.starting = UInt32(clamping: ready.starting)
            entries.append(entry)
        }
        message.pointee.version = text(worker.version)
        message.pointee.started_ms = worker.startedMilliseconds
        message.pointee.n_ready = entries.count
        message.pointee.ready = list(entries)
        message.pointee.has_no_op_sandboxes = worker.hasNoOpSandboxes ? 1 : 0
        return message
    }
}

extension WorkerDescription {
    init(_ message: Cloister__V1__WorkerDescription) throws(WireError) {
        self.init(
            version: try String(field: message.version, "version"),
            startedMilliseconds: message.started_ms,
            ready: try values(message.ready, message.n_ready) { entry throws(WireError) in
                let name = try String(field: entry.pool, "pool")
                return Ready(
                    pool: try checked { () throws(Failure) in try PoolName(name) },
                    wanted: Int(entry.wanted),
                    ready: Int(entry.ready),
                    starting: Int(entry.starting)
                )
            },
            hasNoOpSandboxes: message.has_no_op_sandboxes != 0
        )
    }
}
