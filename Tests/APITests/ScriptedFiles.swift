import Coordinator
import Domain
import Synchronization

/// The files of all sessions of a scripted cluster, in memory; folders are what stands before a slash.
final class ScriptedFiles: Sendable {
    private struct State {
        var stored: [SessionFilePath: [UInt8]] = [:]
        var open = 0
        var greatestChunk = 0
        var underWay = 0
        var mostUnderWay = 0
    }

    private let state = Mutex(State())
    /// Parts from this place on cannot be written: the disk is full.
    let capacity: Int

    init(_ files: [String: String] = [:], capacity: Int = .max) {
        self.capacity = capacity
        for (name, text) in files {
            guard let path = try? SessionFilePath(name) else { continue }
            state.withLock { $0.stored[path] = Array(text.utf8) }
        }
    }

    /// What is stored, by path.
    var stored: [String: [UInt8]] {
        state.withLock { state in
            Dictionary(state.stored.map { ($0.key.text, $0.value) }) { first, _ in first }
        }
    }

    /// How many files are open.
    var open: Int { state.withLock { $0.open } }
    /// The greatest part that was written or asked for, in bytes.
    var greatestChunk: Int { state.withLock { $0.greatestChunk } }
    /// The most parts that were under way at the same time.
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    fileprivate func file(at path: SessionFilePath) throws(Failure) -> SessionFile {
        guard let bytes = state.withLock({ $0.stored[path] }) else {
            throw FileTrouble.notFound.failure(for: path)
        }
        return SessionFile(
            path: path,
            isFolder: false,
            size: bytes.count,
            modified: 1_700_000_000_123_456_789
        )
    }

    fileprivate func remove(_ path: SessionFilePath) -> Bool {
        state.withLock { $0.stored.removeValue(forKey: path) != nil }
    }

    fileprivate func store(_ bytes: [UInt8], at path: SessionFilePath) {
        state.withLock { $0.stored[path] = bytes }
    }

    fileprivate func content(of path: SessionFilePath) -> [UInt8] {
        state.withLock { $0.stored[path] ?? [] }
    }

    fileprivate func count(opened: Int) { state.withLock { $0.open += opened } }

    fileprivate func during<Value>(_ count: Int, _ body: () async throws(Failure) -> Value)
        async throws(Failure) -> Value
    {
        state.withLock { state in
            state.greatestChunk = max(state.greatestChunk, count)
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        // So that parts meet each other.
        await Task.yield()
        return try await body()
    }
}

/// A file that a test's request has open.
private final class ScriptedFile: FileReading, FileWriting {
    let file: SessionFile
    private let files: ScriptedFiles
    private let written = Mutex<[UInt8]>([])
    private let isOpen = Mutex(true)

    init(_ file: SessionFile, in files: ScriptedFiles) {
        self.file = file
        self.files = files
        files.count(opened: 1)
    }

    func read(at offset: Int, count: Int) async throws(Failure) -> [UInt8] {
        try await files.during(count) { () async throws(Failure) in
            Array(self.files.content(of: self.file.path).dropFirst(offset).prefix(count))
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) async throws(Failure) {
        try await files.during(bytes.count) { () async throws(Failure) in
            guard offset + bytes.count <= self.files.capacity else {
                throw FileTrouble.full.failure(for: self.file.path)
            }
            self.written.withLock { all in
                if all.count < offset + bytes.count {
                    all += [UInt8](repeating: 0, count: offset + bytes.count - all.count)
                }
                all.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
            }
        }
    }

    func commit(size: Int) async throws(Failure) -> SessionFile {
        let bytes = written.withLock { $0 }
        guard bytes.count == size else { throw FileTrouble.broken.failure(for: file.path) }
        files.store(bytes, at: file.path)
        close()
        return try files.file(at: file.path)
    }

    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { files.count(opened: -1) }
    }
}

extension ScriptedDispatch {
    func files(
        in folder: SessionFilePath,
        of session: SessionKey,
        isRecursive: Bool,
        after: SessionFilePath,
        most: Int
    ) async throws(Failure) -> SessionFileList {
        let prefix = folder.text.isEmpty ? "" : folder.text + "/"
        let names = files.stored.keys.sorted().filter { $0.hasPrefix(prefix) && $0 > after.text }
        if names.isEmpty, !prefix.isEmpty { throw FileTrouble.notFound.failure(for: folder) }
        var list = SessionFileList(files: [], isComplete: true)
        for name in names {
            let path = try SessionFilePath(name)
            guard isRecursive || path.names.count == folder.names.count + 1 else { continue }
            guard list.files.count < min(most, pageSize) else {
                list.isComplete = false
                break
            }
            list.files.append(try files.file(at: path))
        }
        return list
    }

    func file(at path: SessionFilePath, of session: SessionKey) async throws(Failure) -> SessionFile {
        try files.file(at: path)
    }

    func removeFile(at path: SessionFilePath, of session: SessionKey) async throws(Failure) {
        guard files.remove(path) else { throw FileTrouble.notFound.failure(for: path) }
    }

    func openFile(at path: SessionFilePath, of session: SessionKey) async throws(Failure) -> any FileReading {
        ScriptedFile(try files.file(at: path), in: files)
    }

    func createFile(
        at path: SessionFilePath,
        of session: SessionKey
    ) async throws(Failure) -> any FileWriting {
        ScriptedFile(SessionFile(path: path, isFolder: false, size: 0, modified: 0), in: files)
    }
}
