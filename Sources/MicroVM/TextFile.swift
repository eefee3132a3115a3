internal import Glibc

/// Small files of text, read and written in one go.
enum TextFile {
    /// The most that is read.
    private static let bytesMax = 1 << 20

    /// Reads a file.
    ///
    /// - Parameter path: the file's path.
    /// - Returns: its text, or nil when it cannot be read, is not UTF-8 or is too large.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while content.count <= bytesMax {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 { return nil }
            if count == 0 { return String(validating: content, as: UTF8.self) }
            content += chunk[..<count]
        }
        return nil
    }

    /// Writes a file, whole or not at all: beside it first, then in its place.
    ///
    /// - Parameters:
    ///   - text: what it shall hold.
    ///   - path: the file's path.
    /// - Throws: `systemCall` when it could not be written.
    static func write(_ text: String, to path: String) throws(MicroVMError) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw MicroVMError(systemCall: "create \(draft)") }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let error = MicroVMError(systemCall: "write \(draft)")
                close(descriptor)
                unlink(draft)
                throw error
            }
            bytes = bytes.dropFirst(count)
        }
        close(descriptor)
        guard rename(draft, path) == 0 else {
            let error = MicroVMError(systemCall: "rename \(draft)")
            unlink(draft)
            throw error
        }
    }
}

extension MicroVMError {
    /// The error for a system call that has just failed.
    ///
    /// - Parameters:
    ///   - what: what was tried, as in "open /x".
    ///   - number: the system's error number.
    init(systemCall what: String, errno number: Int32 = errno) {
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        self.init(.systemCall, "Could not \(what): \(reason).")
    }
}
