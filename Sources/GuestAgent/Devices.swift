internal import CLinux
internal import Glibc

/// Finds device nodes, which appear some time after their driver was loaded.
enum Devices {
    /// Waits for a node in `/dev`.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait at most.
    ///   - isWanted: whether a name is the wanted one.
    /// - Returns: the node's name.
    /// - Throws: an error when the time is over.
    static func await(within seconds: Int32, _ isWanted: (String) -> Bool) throws(GuestError) -> String {
        let watch = cloister_watch_folder("/dev")
        guard watch >= 0 else { throw GuestError("watch /dev", errno: -watch) }
        let changes = try Descriptor(taking: watch)
        let deadline = Monotonic.now + UInt64(seconds) * 1_000_000
        while true {
            if let name = names().first(where: isWanted) { return name }
            let now = Monotonic.now
            guard now < deadline else { throw GuestError("A device did not appear within \(seconds) s.") }
            var event = pollfd(fd: changes.number, events: Int16(POLLIN), revents: 0)
            poll(&event, 1, Int32(clamping: (deadline - now) / 1_000 + 1))
            _ = changes.read(atMost: 4_096)
        }
    }

    private static func names() -> [String] {
        guard let folder = opendir("/dev") else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }
}

/// The clock that only goes forward.
enum Monotonic {
    /// Microseconds since some moment in the past.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}
