internal import Domain
internal import Glibc
internal import Wire

/// A list of a folder that is being made, a few entries at a time, so that nothing else has to wait for it.
///
/// Of all entries behind the wanted place the first ones are kept, so it needs no more memory for a great
/// folder than for a small one.
final class FolderListing {
    /// How many entries are looked at in one step.
    private static let entriesPerStep = 256
    /// How deep folders are followed; each level holds a descriptor.
    private static let depthMax = 128

    /// The number of the order.
    let number: UInt64
    private let isRecursive: Bool
    private let after: [UInt8]
    private let most: Int
    /// The folders on the way to the one that is read now.
    private var streams: [(stream: OpaquePointer, folder: SessionFilePath)] = []
    /// The first entries so far, in order.
    private var kept: [(key: [UInt8], file: SessionFile)] = []
    private var isComplete = true

    /// Begins a list.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - number: the number of the order.
    ///   - isRecursive: whether folders below are listed as well.
    ///   - after: the path to begin behind.
    ///   - most: how many entries to list.
    ///   - data: the data folder.
    /// - Throws: why the folder cannot be read.
    init(
        of folder: SessionFilePath,
        number: UInt64,
        isRecursive: Bool,
        after: SessionFilePath,
        most: Int,
        in data: borrowing DataFolder
    ) throws(FileTrouble) {
        self.number = number
        self.isRecursive = isRecursive
        self.after = Array(after.text.utf8)
        self.most = most
        try enter(folder, in: data)
    }

    deinit { for (stream, _) in streams { closedir(stream) } }

    /// Looks at some more entries.
    ///
    /// - Parameter data: the data folder.
    /// - Returns: the list once it is done; nil before.
    func step(in data: borrowing DataFolder) -> SessionFileList? {
        for _ in 0..<Self.entriesPerStep {
            guard let (stream, folder) = streams.last else {
                return SessionFileList(files: kept.map(\.file), isComplete: isComplete)
            }
            guard let entry = readdir(stream) else {
                closedir(stream)
                streams.removeLast()
                continue
            }
            take(entry, of: folder, in: data)
        }
        return nil
    }

    private func take(
        _ entry: UnsafeMutablePointer<dirent>,
        of folder: SessionFilePath,
        in data: borrowing DataFolder
    ) {
        // What is no Unicode or too long has no path in this API.
        guard let name = Self.name(of: entry), name != ".", name != "..",
            !(folder.names.isEmpty && name.hasPrefix(SessionFilePath.unfinishedPrefix)),
            let path = try? folder.appending(SessionFilePath(name))
        else { return }
        let key = Array(path.text.utf8)
        let isFolder = Int32(entry.pointee.d_type) == Int32(DT_DIR)
        if after.lexicographicallyPrecedes(key), let file = description(of: path, in: data) {
            keep(file, key)
        }
        guard isRecursive, isFolder, streams.count < Self.depthMax, mayHold(key + [UInt8(ascii: "/")]) else {
            return
        }
        // One that is gone meanwhile, or closed to the session's user, shows nothing.
        try? enter(path, in: data)
    }

    /// Whether something whose path begins so can be among the wanted entries.
    private func mayHold(_ prefix: [UInt8]) -> Bool {
        if kept.count == most, let last = kept.last, last.key.lexicographicallyPrecedes(prefix) {
            // What is in there comes on a later page, so there is one.
            isComplete = false
            return false
        }
        return after.lexicographicallyPrecedes(prefix) || after.starts(with: prefix)
    }

    private func keep(_ file: SessionFile, _ key: [UInt8]) {
        var (low, high) = (0, kept.count)
        while low < high {
            let middle = (low + high) / 2
            if kept[middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        if low < most { kept.insert((key, file), at: low) }
        guard kept.count > most || low == most else { return }
        isComplete = false
        if kept.count > most { kept.removeLast() }
    }

    /// Links are shown as what they lead to, if that is in the data folder.
    private func description(of path: SessionFilePath, in data: borrowing DataFolder) -> SessionFile? {
        try? data.look(at: path)
    }

    private func enter(_ folder: SessionFilePath, in data: borrowing DataFolder) throws(FileTrouble) {
        let opened = try data.open(folder, O_RDONLY | O_DIRECTORY)
        let own = fcntl(opened.number, F_DUPFD_CLOEXEC, 10)
        try DataFolder.check(own)
        guard let stream = fdopendir(own) else {
            close(own)
            throw .broken
        }
        streams.append((stream, folder))
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
