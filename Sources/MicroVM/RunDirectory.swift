internal import Glibc

/// Where a worker notes which processes are its own, for the case that it dies without a word.
struct RunDirectory: Sendable {
    private let path: String
    private let lock: FileLock

    /// Takes possession of a directory.
    ///
    /// - Parameters:
    ///   - path: the directory; made when missing.
    ///   - patience: how long a former worker may still have it: one that is killed lets go of it only with its last
    ///     thread, and with a child that it was about to start.
    ///   - waiting: called once when somebody else has it.
    /// - Throws: `invalidConfiguration` when another worker has it.
    init(
        _ path: String,
        patience: Duration = .seconds(3),
        waiting: () -> Void = {}
    ) async throws(MicroVMError) {
        try Host.makeFolder(path, mode: 0o700)
        do throws(MicroVMError) {
            lock = try await FileLock.exclusive(path + "/lock", by: .now + patience, waiting: waiting)
        } catch {
            guard error.code == .deadlineExceeded else { throw error }
            throw MicroVMError(.invalidConfiguration, "Another worker uses the run directory \(path).")
        }
        self.path = path
    }

    /// Notes a process.
    ///
    /// - Parameter process: its number.
    /// - Throws: `systemCall` when the note cannot be written.
    func note(_ process: Int32) throws(MicroVMError) {
        guard let start = Self.startTime(of: process) else { return }
        try TextFile.write("\(Host.bootIdentifier) \(start)", to: file(process))
    }

    /// Forgets a process that is gone.
    ///
    /// - Parameter process: its number.
    func forget(_ process: Int32) { unlink(file(process)) }

    /// The processes that are noted.
    var processes: [Int32] {
        Host.names(in: path).compactMap { name in
            name.hasPrefix("machine-") ? Int32(name.dropFirst("machine-".count)) : nil
        }
    }

    /// Kills what a former self of this worker left behind.
    ///
    /// A process is killed only if it is the noted one: same boot of the host, same start time, and
    /// a QEMU by its command line.
    ///
    /// - Returns: the numbers of the processes that were killed.
    func sweep() -> [Int32] {
        var killed: [Int32] = []
        for name in Host.names(in: path) where name.hasPrefix("machine-") {
            if let process = Int32(name.dropFirst("machine-".count)),
                let handle = try? ProcessHandle(process),
                // Looked at while the handle is held, so that it cannot become another one meanwhile.
                let start = Self.startTime(of: process),
                TextFile.read(file(process)) == "\(Host.bootIdentifier) \(start)",
                TextFile.read("/proc/\(process)/cmdline")?.contains("microvm,memory-backend") == true
            {
                handle.kill()
                killed.append(process)
            }
            unlink(path + "/" + name)
        }
        return killed
    }

    private func file(_ process: Int32) -> String { "\(path)/machine-\(process)" }

    /// When a process was started, in the kernel's ticks since the host's boot.
    private static func startTime(of process: Int32) -> UInt64? {
        // The second field is the program's name in brackets and may hold anything: count from its end.
        guard let line = TextFile.read("/proc/\(process)/stat"), let bracket = line.lastIndex(of: ")") else {
            return nil
        }
        let fields = line[line.index(after: bracket)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }
}
