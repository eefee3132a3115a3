internal import Domain
internal import Wire

/// What the worker wants with the session's files.
///
/// Nothing here takes long: a list is made in steps, and content is read only when the line has room, so
/// that the code's output is never kept waiting for the whole of a file.
extension Agent {
    /// Takes an order in.
    ///
    /// - Parameters:
    ///   - order: what to do.
    ///   - number: the number that the answer carries.
    func perform(_ order: FileOrder, number: UInt64) {
        guard listings.count + reads.count < FileLimits.requestsPerSession else {
            // The worker has given some of them up, and a folder without end holds them all.
            return port.send(.file(number: number, .trouble(.tooMany)))
        }
        switch order {
        case .list(let folder, let isRecursive, let after, let most):
            do throws(FileTrouble) {
                let listing = try data.asSession { () throws(FileTrouble) in
                    try FolderListing(
                        of: folder,
                        number: number,
                        isRecursive: isRecursive,
                        after: after,
                        most: most,
                        in: data
                    )
                }
                listings.append(listing)
            } catch {
                port.send(.file(number: number, .trouble(error)))
            }
        case .read: reads.append((number, order))
        default: port.send(.file(number: number, reply(to: order)))
        }
    }

    /// Whether something about files can be done without waiting for anything.
    var hasFileWork: Bool { !listings.isEmpty || !reads.isEmpty && port.hasRoomForContent }

    /// Does a part of what is to be done about files.
    func stepFiles() {
        while port.hasRoomForContent, let (number, order) = reads.first {
            reads.removeFirst()
            port.send(.file(number: number, reply(to: order)))
        }
        if let listing = listings.first {
            step(listing)
        }
        if let expiry = transfers.nextExpiry, Monotonic.now >= expiry {
            transfers.closeExpired(in: data, now: Monotonic.now)
        }
    }

    private func step(_ listing: FolderListing) {
        let list = try? data.asSession { () throws(FileTrouble) in listing.step(in: data) }
        guard let list = list ?? nil else { return }
        listings.removeFirst()
        port.send(.file(number: listing.number, .files(list)))
    }

    private func reply(to order: FileOrder) -> FileReply {
        do throws(FileTrouble) {
            return try data.asSession { () throws(FileTrouble) in try carryOut(order) }
        } catch {
            return .trouble(error)
        }
    }

    private func carryOut(_ order: FileOrder) throws(FileTrouble) -> FileReply {
        let now = Monotonic.now
        switch order {
        case .look(let path): return .file(try data.look(at: path))
        case .remove(let path): try data.remove(path)
        case .openToRead(let path, let transfer):
            return .file(try transfers.beginReading(path, as: transfer, in: data, now: now))
        case .read(let transfer, let offset, let count):
            return .content(
                offset: offset,
                try transfers.read(transfer, at: offset, count: count, now: now)
            )
        case .openToWrite(let path, let transfer):
            try transfers.beginWriting(path, as: transfer, in: data, now: now)
        case .write(let transfer, let offset, let bytes):
            try transfers.write(bytes, to: transfer, at: offset, in: data, now: now)
        case .commit(let transfer, let size):
            return .file(try transfers.commit(transfer, size: size, in: data))
        case .close(let transfer): transfers.close(transfer, in: data)
        case .list: throw .broken
        }
        return .done
    }
}
