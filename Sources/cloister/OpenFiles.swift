internal import Glibc

/// How many files this process may have open.
enum OpenFiles {
    /// Raises the soft limit to the hard one.
    ///
    /// Many systems allow 1,024 unless a program asks for more, which is too little for a thousand
    /// connections, or for two hundred sessions with five descriptors each. Machines get a limit of their own.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
