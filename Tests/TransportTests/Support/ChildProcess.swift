import Dispatch
import Glibc

/// A process that a test has started and ends itself.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let input: Int32

    /// Starts a program whose standard input lasts as long as this object or process.
    init(_ program: String, _ arguments: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ChildFault(call: "pipe", number: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        // As the product starts its children: NIO's sockets would be inherited, and live on in the child.
        for number in 3..<512 { posix_spawn_file_actions_addclose(&actions, Int32(number)) }
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, program, &actions, nil, &words, environ)
        guard status == 0 else {
            close(ends[1])
            throw ChildFault(call: "posix_spawn \(program)", number: status)
        }
        self.pid = pid
        input = ends[1]
    }

    /// Starts `transport-peer`, which the build puts beside the test bundle.
    static func peer(_ arguments: String...) throws -> ChildProcess {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let runner = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        let directories = [runner, CommandLine.arguments[0]].map { path in
            path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        }
        for directory in directories where access("\(directory)/transport-peer", X_OK) == 0 {
            return try ChildProcess("\(directory)/transport-peer", arguments)
        }
        throw ChildFault(call: "find transport-peer beside \(runner)", number: ENOENT)
    }

    /// Kills the process and waits until it is gone.
    func kill() async {
        Glibc.kill(pid, SIGKILL)
        _ = await exitStatus()
    }

    /// Waits for the end of the process; call it once.
    func exitStatus() async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pid, input] in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) == -1, errno == EINTR {}
                close(input)
                continuation.resume(returning: status)
            }
        }
    }
}

struct ChildFault: Error {
    let call: String
    let number: Int32
}

/// How many descriptors this process has open.
func openDescriptors() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    // Two are "." and "..", one is the directory itself.
    return count - 3
}
