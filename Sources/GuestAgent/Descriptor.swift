internal import Glibc

/// An open file descriptor that is closed with its owner.
struct Descriptor: ~Copyable {
    /// The number, for calls of the system.
    let number: Int32

    /// Takes over a descriptor and moves it beyond the numbers that a child process is given.
    ///
    /// - Parameter number: the descriptor; it is this value's own from now on.
    /// - Throws: an error when there is no room for it.
    init(taking number: Int32) throws(GuestError) {
        let moved = fcntl(number, F_DUPFD_CLOEXEC, 10)
        let error = errno
        close(number)
        guard moved >= 0 else { throw GuestError("duplicate a descriptor", errno: error) }
        self.number = moved
    }

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - flags: as for open(2); close-on-exec is added, and a new file is for all to read.
    /// - Throws: an error when it cannot be opened.
    init(opening path: String, _ flags: Int32) throws(GuestError) {
        let opened = open(path, flags | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw GuestError("open \(path)", errno: errno) }
        try self.init(taking: opened)
    }

    deinit { close(number) }

    /// Makes reads and writes return at once when there is nothing to do.
    func setNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }

    /// Makes a pipe.
    ///
    /// - Returns: the end to read from and the end to write to.
    /// - Throws: an error when there is no room for it.
    static func pipe() throws(GuestError) -> Pipe {
        var numbers: [Int32] = [0, 0]
        guard Glibc.pipe(&numbers) == 0 else { throw GuestError("make a pipe", errno: errno) }
        return Pipe(
            reading: try Descriptor(taking: numbers[0]),
            writing: try Descriptor(taking: numbers[1])
        )
    }

    /// Reads what is there.
    ///
    /// - Parameter count: how much to read at most, in bytes.
    /// - Returns: the bytes (none when nothing is there now), or nil at the end.
    func read(atMost count: Int) -> [UInt8]? {
        var result = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            result = Glibc.read(number, buffer.baseAddress, count)
            filled = max(0, result)
        }
        if result > 0 { return bytes }
        if result < 0, errno == EAGAIN || errno == EINTR { return [] }
        return nil
    }

    /// Writes as much as goes at once.
    ///
    /// - Parameter bytes: what to write.
    /// - Returns: how many bytes were written, or nil when the other end is gone.
    func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        let written = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
        if written >= 0 { return written }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }
}

/// The two ends of a pipe.
struct Pipe: ~Copyable {
    /// The end to read from.
    let reading: Descriptor
    /// The end to write to.
    let writing: Descriptor
}
