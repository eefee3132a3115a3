import Domain
import Wire

/// The files of a played guest: as the agent has them, in memory and without folders.
///
/// The file `mute` has no answers.
struct PlayedFiles {
    private var stored: [SessionFilePath: [UInt8]] = [:]
    private var reading: [UInt64: [UInt8]] = [:]
    private var writing: [UInt64: (path: SessionFilePath, bytes: [UInt8])] = [:]

    /// Carries out an order.
    ///
    /// - Parameter order: the order.
    /// - Returns: the reply; nil when the guest says nothing.
    mutating func reply(to order: FileOrder) -> FileReply? {
        switch order {
        case .list(_, _, let after, let most):
            let later = stored.keys.sorted { $0.text < $1.text }.filter { $0.text > after.text }
            let files = later.prefix(most).compactMap { description(of: $0) }
            return .files(SessionFileList(files: files, isComplete: later.count <= most))
        case .look(let path):
            if path.text == "mute" { return nil }
            return description(of: path).map { .file($0) } ?? .trouble(.notFound)
        case .remove(let path): return stored.removeValue(forKey: path) == nil ? .trouble(.notFound) : .done
        case .openToRead(let path, let transfer):
            guard let bytes = stored[path], let file = description(of: path) else {
                return .trouble(.notFound)
            }
            reading[transfer] = bytes
            return .file(file)
        case .read(let transfer, let offset, let count):
            guard let bytes = reading[transfer] else { return .trouble(.unknownTransfer) }
            return .content(offset: offset, Array(bytes.dropFirst(Int(offset)).prefix(count)))
        case .openToWrite(let path, let transfer):
            writing[transfer] = (path, [])
            return .done
        case .write(let transfer, let offset, let bytes):
            guard var file = writing[transfer] else { return .trouble(.unknownTransfer) }
            let end = Int(offset) + bytes.count
            if file.bytes.count < end {
                file.bytes += [UInt8](repeating: 0, count: end - file.bytes.count)
            }
            file.bytes.replaceSubrange(Int(offset)..<end, with: bytes)
            writing[transfer] = file
            return .done
        case .commit(let transfer, let size):
            guard let file = writing.removeValue(forKey: transfer) else { return .trouble(.unknownTransfer) }
            guard file.bytes.count == Int(size) else { return .trouble(.broken) }
            stored[file.path] = file.bytes
            return description(of: file.path).map { .file($0) } ?? .trouble(.notFound)
        case .close(let transfer):
            reading[transfer] = nil
            writing[transfer] = nil
            return .done
        }
    }

    private func description(of path: SessionFilePath) -> SessionFile? {
        stored[path].map { SessionFile(path: path, isFolder: false, size: $0.count, modified: 1) }
    }
}
