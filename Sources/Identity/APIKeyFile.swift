internal import Glibc

/// The file in which the local administrator's key stands, alone, readable by its owner only.
package struct APIKeyFile: Sendable {
    /// Where the file is.
    package let path: String

    /// Names a file; nothing is read or written yet.
    ///
    /// - Parameter path: where the file is or shall be; its directory has to exist.
    package init(path: String) { self.path = path }

    /// Reads the key, or draws and stores one when there is no file yet.
    ///
    /// Two processes that do this at once end with the same key: the new file appears under its
    /// name complete and only if no other got there first.
    ///
    /// - Returns: the key that stands in the file.
    /// - Throws: an error that says what the operator has to mend. A file that others can read is
    ///   refused rather than mended, for its key may be known to them already.
    package func loadOrCreate() throws(APIKeyFileError) -> APIKey {
        if let key = try load() { return key }
        var generator = SystemRandomNumberGenerator()
        let key = APIKey.draw(using: &generator)
        if try create(key, suffix: generator.next()) { return key }
        guard let winner = try load() else {
            throw error(.system, "The file appeared and vanished again while it was being made.")
        }
        return winner
    }

    /// Reads the key.
    ///
    /// - Returns: the key, or nil when there is no file.
    /// - Throws: an error that says what the operator has to mend.
    package func load() throws(APIKeyFileError) -> APIKey? {
        // Non-blocking, or a named pipe at this place would hold the start for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw systemError("It could not be opened")
        }
        defer { close(descriptor) }
        try check(descriptor)
        guard let key = APIKey(try readText(descriptor)) else {
            throw error(
                .malformed,
                "It has to hold one line of \(APIKey.lengths.lowerBound) to "
                    + "\(APIKey.lengths.upperBound) visible ASCII characters. "
                    + "Remove it to have a new key made."
            )
        }
        return key
    }

    private func check(_ descriptor: Int32) throws(APIKeyFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemError("It could not be examined") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw error(.notAFile, "It is not a regular file.")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw error(.foreignOwner, "It belongs to another user.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw error(
                .exposed,
                "Others than its owner have access to it (mode \(String(status.st_mode & 0o777, radix: 8))). "
                    + "Take its key for known to them: remove the file to have a new key made, "
                    + "or run chmod 600 on it if you are sure."
            )
        }
    }

    private func readText(_ descriptor: Int32) throws(APIKeyFileError) -> String {
        var bytes = [UInt8](repeating: 0, count: APIKey.lengths.upperBound + 3)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw systemError("It could not be read")
            }
            if got == 0 { break }
            count += got
        }
        var line = bytes[..<count]
        while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
            line.removeLast()
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Writes a new file beside its place and links it there.
    ///
    /// - Returns: false when another process was faster.
    private func create(_ key: APIKey, suffix: UInt64) throws(APIKeyFileError) -> Bool {
        let draft = "\(path).\(String(suffix, radix: 36))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw systemError("It could not be made") }
        defer {
            close(descriptor)
            unlink(draft)
        }
        // The umask may have taken bits away; no content has been written yet.
        guard fchmod(descriptor, 0o600) == 0 else { throw systemError("Its mode could not be set") }
        try write(Array((key.secret + "\n").utf8), to: descriptor)
        guard fsync(descriptor) == 0 else { throw systemError("It could not be written to disk") }
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw systemError("It could not be put in its place")
        }
        return true
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(APIKeyFileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw systemError("It could not be written")
            }
            rest = rest.dropFirst(written)
        }
    }

    private func error(_ code: APIKeyFileError.Code, _ message: String) -> APIKeyFileError {
        APIKeyFileError(code: code, path: path, message: message)
    }

    private func systemError(_ sentence: String) -> APIKeyFileError {
        error(.system, "\(sentence): \(String(cString: strerror(errno))).")
    }
}
