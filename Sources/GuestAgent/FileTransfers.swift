internal import Domain
internal import Glibc
internal import Wire

/// The files that are open for the worker, each under the number of its transfer.
struct FileTransfers {
    /// An open file.
    private final class Transfer {
        let file: Descriptor
        /// Where the file goes when it is whole; nil when it is read.
        let destination: SessionFilePath?
        var lastUse: UInt64

        init(_ file: consuming Descriptor, to destination: SessionFilePath?, now: UInt64) {
            self.file = file
            self.destination = destination
            lastUse = now
        }
    }

    private static let silence = UInt64(FileLimits.transferSilence.components.seconds) * 1_000_000
    private var open: [UInt64: Transfer] = [:]

    /// When the next transfer has been silent for too long, in microseconds of the monotonic clock.
    var nextExpiry: UInt64? { open.values.map(\.lastUse).min().map { $0 + Self.silence } }

    /// Opens a file for reading.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - transfer: its number from now on.
    ///   - folder: the data folder.
    ///   - now: the monotonic clock, in microseconds.
    /// - Returns: what was opened.
    /// - Throws: why it cannot be read.
    mutating func beginReading(
        _ path: SessionFilePath,
        as transfer: UInt64,
        in folder: borrowing DataFolder,
        now: UInt64
    ) throws(FileTrouble) -> SessionFile {
        try requireRoom(for: transfer)
        let file = try folder.openToRead(path)
        let description = try DataFolder.description(of: file, path)
        open[transfer] = Transfer(file, to: nil, now: now)
        return description
    }

    /// Begins a new file.
    ///
    /// - Parameters:
    ///   - path: where it shall be.
    ///   - transfer: its number from now on.
    ///   - folder: the data folder.
    ///   - now: the monotonic clock, in microseconds.
    /// - Throws: why it cannot be written.
    mutating func beginWriting(
        _ path: SessionFilePath,
        as transfer: UInt64,
        in folder: borrowing DataFolder,
        now: UInt64
    ) throws(FileTrouble) {
        try requireRoom(for: transfer)
        try folder.requireFree(path)
        open[transfer] = Transfer(try folder.create(Self.unfinishedName(transfer)), to: path, now: now)
    }

    /// Reads from a file.
    ///
    /// - Parameters:
    ///   - transfer: the file's number.
    ///   - offset: where to begin.
    ///   - count: how many bytes to read.
    ///   - now: the monotonic clock, in microseconds.
    /// - Returns: the bytes; fewer than wanted only at the end.
    /// - Throws: why they cannot be read.
    func read(
        _ transfer: UInt64,
        at offset: UInt64,
        count: Int,
        now: UInt64
    ) throws(FileTrouble) -> [UInt8] {
        guard let file = open[transfer], file.destination == nil else { throw .unknownTransfer }
        guard let start = Int(exactly: offset) else { throw .broken }
        file.lastUse = now
        var trouble: FileTrouble?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let length = pread(
                    file.file.number,
                    buffer.baseAddress?.advanced(by: filled),
                    count - filled,
                    start + filled
                )
                if length < 0, errno == EINTR { continue }
                if length < 0 { trouble = DataFolder.trouble(errno) }
                guard length > 0 else { return }
                filled += length
            }
        }
        if let trouble { throw trouble }
        return bytes
    }

    /// Writes to a file; one that cannot be written is given up.
    ///
    /// - Parameters:
    ///   - bytes: what to write.
    ///   - transfer: the file's number.
    ///   - offset: where it goes.
    ///   - folder: the data folder.
    ///   - now: the monotonic clock, in microseconds.
    /// - Throws: why it cannot be written.
    mutating func write(
        _ bytes: [UInt8],
        to transfer: UInt64,
        at offset: UInt64,
        in folder: borrowing DataFolder,
        now: UInt64
    ) throws(FileTrouble) {
        guard let file = open[transfer], file.destination != nil else { throw .unknownTransfer }
        file.lastUse = now
        do throws(FileTrouble) {
            guard offset <= UInt64(FileLimits.uploadBytes) else { throw .full }
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes {
                    pwrite(file.file.number, $0.baseAddress, $0.count, Int(offset) + written)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw count == 0 ? .full : DataFolder.trouble(errno) }
                written += count
            }
        } catch {
            close(transfer, in: folder)
            throw error
        }
    }

    /// Gives a written file its own name.
    ///
    /// - Parameters:
    ///   - transfer: the file's number; it is over in any case.
    ///   - size: the size that the file must have.
    ///   - folder: the data folder.
    /// - Returns: what was made.
    /// - Throws: why it cannot have its name.
    mutating func commit(
        _ transfer: UInt64,
        size: UInt64,
        in folder: borrowing DataFolder
    ) throws(FileTrouble) -> SessionFile {
        guard let file = open[transfer], let path = file.destination else { throw .unknownTransfer }
        do throws(FileTrouble) {
            let description = try DataFolder.description(of: file.file, path)
            guard description.size == size else { throw .broken }
            try folder.rename(Self.unfinishedName(transfer), to: path)
            open[transfer] = nil
            return description
        } catch {
            close(transfer, in: folder)
            throw error
        }
    }

    /// Forgets an open file; what was written is gone.
    ///
    /// - Parameters:
    ///   - transfer: the file's number; one that is not open is closed already.
    ///   - folder: the data folder.
    mutating func close(_ transfer: UInt64, in folder: borrowing DataFolder) {
        guard let file = open.removeValue(forKey: transfer), file.destination != nil else { return }
        folder.discard(Self.unfinishedName(transfer))
    }

    /// Forgets the files that nobody has used for too long.
    ///
    /// - Parameters:
    ///   - folder: the data folder.
    ///   - now: the monotonic clock, in microseconds.
    mutating func closeExpired(in folder: borrowing DataFolder, now: UInt64) {
        for (transfer, file) in open where file.lastUse + Self.silence <= now { close(transfer, in: folder) }
    }

    private func requireRoom(for transfer: UInt64) throws(FileTrouble) {
        guard open.count < FileLimits.transfersPerSession else { throw .tooMany }
        guard open[transfer] == nil else { throw .broken }
    }

    private static func unfinishedName(_ transfer: UInt64) -> String {
        SessionFilePath.unfinishedPrefix + String(transfer, radix: 16)
    }
}
