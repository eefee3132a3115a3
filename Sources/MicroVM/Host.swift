internal import Glibc

/// Facts about the machine that the worker runs on.
enum Host {
    /// Names this boot of the host.
    static var bootIdentifier: String {
        TextFile.read("/proc/sys/kernel/random/boot_id").map { String($0.prefix { !$0.isNewline }) }
            ?? "unknown"
    }

    /// How many processors there are for us.
    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Kernel, kind, features and microcode of the first processor: a machine under KVM goes on only where they are the same.
    static var processorDescription: String {
        let names: Set = ["vendor_id", "cpu family", "model", "stepping", "microcode", "flags"]
        let lines = (TextFile.read("/proc/cpuinfo") ?? "").split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let facts = lines.prefix { !$0.isEmpty }.filter { line in
            names.contains(String(line.prefix { $0 != "\t" && $0 != ":" }))
        }
        let kernel = TextFile.read("/proc/sys/kernel/osrelease") ?? "unknown"
        return (["kernel=\(kernel.filter { !$0.isNewline })"] + facts.map(String.init)).joined(
            separator: "\n"
        )
    }

    /// The group that may open /dev/kvm; nil when there is no such device.
    static var deviceGroup: Int? {
        var status = stat()
        return stat("/dev/kvm", &status) == 0 ? Int(status.st_gid) : nil
    }

    /// The time, in nanoseconds since 1970 UTC.
    static var unixTimeNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Makes a folder and those above it.
    ///
    /// - Parameters:
    ///   - path: the folder's path.
    ///   - mode: who may do what with it.
    /// - Throws: `systemCall` when it cannot be made.
    static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(MicroVMError) {
        var prefix = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            prefix += "/" + part
            guard mkdir(prefix, mode) == 0 || errno == EEXIST else {
                throw MicroVMError(systemCall: "make the folder \(prefix)")
            }
        }
    }

    /// The names of what is in a folder.
    ///
    /// - Parameter path: the folder's path.
    /// - Returns: the names, in order; empty when there is no such folder.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // SAFETY: the entry is valid until the next readdir on this folder; its name is an inline,
            // NUL-terminated array that is read before that.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
