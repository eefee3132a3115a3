internal import CLinux
internal import Glibc

/// The unprivileged user of the image, as whom everything of a session runs.
enum SessionUser {
    /// The number of the user and of its group.
    static let identifier: uid_t = 1_000

    private static let path = "/home/session/.local/bin:/usr/local/bin:/usr/bin:/bin"
    private static let environment = [
        "PATH=\(path)", "HOME=/home/session", "USER=session", "LOGNAME=session", "LANG=C.UTF-8",
        "SHELL=/bin/bash",
    ]

    /// Starts a program as the leader of a process group of its own.
    ///
    /// The process limit stops fork bombs before they reach the agent, and no privilege can be regained.
    ///
    /// - Parameters:
    ///   - arguments: the program and its arguments.
    ///   - descriptors: what its descriptors 0, 1, 2 and so on are.
    ///   - processes: how many processes and threads the user may have.
    ///   - terminal: the kind of terminal that descriptor 0 is, which becomes the program's own; nil for none.
    /// - Returns: the process; one that cannot be executed ends with 126 or 127.
    /// - Throws: an error when there is no room for a process.
    static func spawn(
        _ arguments: [String],
        descriptors: [Int32],
        processes: Int,
        terminal: String? = nil
    ) throws(GuestError) -> pid_t {
        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let environmentPointers = (environment + ["TERM=\(terminal ?? "dumb")"]).map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        let result = argumentPointers.withUnsafeBufferPointer { arguments in
            environmentPointers.withUnsafeBufferPointer { environment in
                descriptors.withUnsafeBufferPointer { descriptors in
                    path.withCString { search in
                        "/mnt/data".withCString { folder in
                            var process = cloister_session_process(
                                arguments: arguments.baseAddress,
                                environment: environment.baseAddress,
                                search: search,
                                folder: folder,
                                descriptors: descriptors.baseAddress,
                                descriptor_count: Int32(descriptors.count),
                                user: identifier,
                                processes: UInt64(clamping: processes),
                                in_terminal: terminal == nil ? 0 : 1
                            )
                            return cloister_spawn_in_session(&process)
                        }
                    }
                }
            }
        }
        guard result > 0 else { throw GuestError("start \(arguments[0])", errno: -result) }
        return result
    }
}
