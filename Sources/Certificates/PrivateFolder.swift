package import Domain
internal import Glibc

/// Files of keys and certificates, and folders that only their owner sees.
package enum PrivateFolder {
    /// The longest file that is read, in bytes.
    private static let bytesMax = 1 << 18

    /// Makes a folder and those above it; one that is there stays as it is.
    ///
    /// - Parameter path: the folder.
    /// - Throws: `invalidConfiguration` when it cannot be made.
    package static func make(_ path: String) throws(Failure) {
        var status = stat()
        guard stat(path, &status) != 0 else { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try make(String(path[..<slash]))
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make the folder \(path)") }
    }

    /// Makes a folder for the time that `body` takes.
    static func temporary<Value>(
        _ body: (String) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        var template = Array("/tmp/cloister-certificate-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw failure("make a folder in /tmp") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            if let folder = opendir(path) {
                while let entry = readdir(folder) {
                    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                    }
                    unlink("\(path)/\(name)")
                }
                closedir(folder)
            }
            rmdir(path)
        }
        return try await body(path)
    }

    /// Writes a file, whole or not at all.
    ///
    /// - Parameters:
    ///   - text: what it shall hold.
    ///   - path: the file.
    ///   - isSecret: whether nobody but its owner may read it.
    ///   - replaces: whether a file that is there gives way.
    /// - Throws: `invalidConfiguration` when it is there and may not give way, or cannot be written.
    package static func write(
        _ text: String,
        to path: String,
        isSecret: Bool,
        replaces: Bool
    ) throws(Failure) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let mode: mode_t = isSecret ? 0o600 : 0o644
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("write \(path)") }
        defer { unlink(draft) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                close(descriptor)
                throw failure("write \(path)")
            }
            rest = rest.dropFirst(count)
        }
        fchmod(descriptor, mode)
        fsync(descriptor)
        close(descriptor)
        if replaces {
            guard rename(draft, path) == 0 else { throw failure("write \(path)") }
        } else if link(draft, path) != 0 {
            guard errno == EEXIST else { throw failure("write \(path)") }
            throw Failure(.invalidConfiguration, "\(path) is there already; --force replaces it.")
        }
    }

    /// Reads a file.
    ///
    /// - Parameter path: the file.
    /// - Returns: its text.
    /// - Throws: `invalidConfiguration` when it cannot be read, is too long or no text.
    package static func read(_ path: String) throws(Failure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read \(path)") }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while content.count <= bytesMax {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw failure("read \(path)") }
            if count == 0, let text = String(validating: content, as: UTF8.self) { return text }
            if count == 0 { break }
            content += chunk[..<count]
        }
        throw Failure(.invalidConfiguration, "\(path) is no text, or too long for a key or certificate.")
    }

    /// Whether a file is there.
    ///
    /// - Parameter path: the file.
    /// - Returns: whether it is.
    package static func has(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func failure(_ what: String) -> Failure {
        Failure(.invalidConfiguration, "It is not possible to \(what): \(String(cString: strerror(errno))).")
    }
}
