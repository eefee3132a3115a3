internal import Glibc

/// The reading ends of a process's standard output and standard error.
final class OutputPipes {
    /// Standard output.
    let output: Descriptor
    /// Standard error.
    let error: Descriptor
    /// Whether standard output has not ended yet.
    var isOutputOpen = true
    /// Whether standard error has not ended yet.
    var isErrorOpen = true

    /// The most that a pipe holds, in bytes (`/proc/sys/fs/pipe-max-size`).
    private static let greatestPipe = 1 << 20
    private static let partBytes = 1 << 16

    private init(output: consuming Descriptor, error: consuming Descriptor) {
        self.output = output
        self.error = error
    }

    /// Makes both pipes.
    ///
    /// The code may open /dev/stdout and /dev/stderr anew, so they are the session's user's.
    ///
    /// - Parameter use: starts the process with the writing ends; nobody else keeps them.
    /// - Returns: the reading ends, and what `use` has made.
    /// - Throws: an error when there is no room for pipes, and what `use` throws.
    static func make<Process>(
        _ use: (_ output: Int32, _ error: Int32) throws(GuestError) -> Process
    ) throws(GuestError) -> (pipes: OutputPipes, process: Process) {
        let output = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        for end in [output.writing.number, error.writing.number] {
            guard fchown(end, SessionUser.identifier, SessionUser.identifier) == 0 else {
                throw GuestError("give a pipe to the session's user", errno: errno)
            }
        }
        let process = try use(output.writing.number, error.writing.number)
        let pipes = OutputPipes(
            output: try Descriptor(taking: dup(output.reading.number)),
            error: try Descriptor(taking: dup(error.reading.number))
        )
        pipes.output.setNonBlocking()
        pipes.error.setNonBlocking()
        return (pipes, process)
    }

    /// Reads a part of what is there.
    ///
    /// - Parameter isError: whether to read standard error.
    /// - Returns: the bytes; none when nothing is there now, or ever.
    func read(isError: Bool) -> [UInt8] {
        guard isError ? isErrorOpen : isOutputOpen else { return [] }
        let bytes = isError ? error.read(atMost: Self.partBytes) : output.read(atMost: Self.partBytes)
        if bytes == nil {
            if isError { isErrorOpen = false } else { isOutputOpen = false }
        }
        return bytes ?? []
    }

    /// Reads what was written before this moment.
    ///
    /// A pipe has a greatest size, so what is read is bounded: a background process that goes on
    /// printing cannot keep the end from being told.
    ///
    /// - Parameter take: is given each part, and whether it comes from standard error.
    func drain(_ take: (_ bytes: [UInt8], _ isError: Bool) -> Void) {
        for isError in [false, true] {
            var taken = 0
            while taken <= Self.greatestPipe {
                let bytes = read(isError: isError)
                guard !bytes.isEmpty else { break }
                taken += bytes.count
                take(bytes, isError)
                // A pipe gives as much as it has.
                if bytes.count < Self.partBytes { break }
            }
        }
    }
}
