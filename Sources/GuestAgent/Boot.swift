internal import CLinux
internal import Glibc

/// Turns the bare initramfs into a system with the session's root file system.
enum Boot {
    /// What the kernel's command line says to the agent.
    struct Settings {
        /// The greatest size of everything that the session writes, in MiB (`cloister.disk_mib`).
        var diskMiB = 192
    }

    /// Loads drivers, mounts the root image with a writable layer over it and goes inside.
    ///
    /// - Throws: an error that says which step failed.
    static func run() throws(GuestError) {
        let settings = settings(fromCommandLine: try text(of: "/proc/cmdline"))
        try mount("devtmpfs", on: "/dev", type: "devtmpfs", flags: UInt(MS_NOSUID), options: "")
        try mount(
            "sysfs",
            on: "/sys",
            type: "sysfs",
            flags: UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC),
            options: ""
        )
        preferEndToThrashing()
        try loadModules()
        try mountRoot(diskMiB: settings.diskMiB)
        try enterRoot()
        try mountTemporaryFolders()
    }

    /// Lets the kernel end a process early when memory runs out.
    ///
    /// Without it the guest reads the programs' pages from the image again and again for minutes before
    /// it gives up: what was used in the last second is kept, and who needs more memory is ended. A kernel
    /// that does not know it does as it always did.
    private static func preferEndToThrashing() {
        for (name, value) in [("enabled", "y"), ("min_ttl_ms", "1000")] {
            guard let file = try? Descriptor(opening: "/sys/kernel/mm/lru_gen/\(name)", O_WRONLY) else {
                return
            }
            _ = file.write(Array(value.utf8)[...])
        }
    }

    /// Reads the agent's settings.
    ///
    /// - Parameter commandLine: the kernel's command line.
    /// - Returns: the settings; what is missing or wrong keeps its default.
    static func settings(fromCommandLine commandLine: String) -> Settings {
        var settings = Settings()
        for word in commandLine.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let parts = word.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == "cloister.disk_mib", let size = Int(parts[1]), size > 0 {
                settings.diskMiB = size
            }
        }
        return settings
    }

    private static func loadModules() throws(GuestError) {
        for name in try text(of: "/modules/order").split(separator: "\n") {
            let file = try Descriptor(opening: "/modules/\(name)", O_RDONLY)
            let result = cloister_load_module(file.number)
            guard result == 0 || result == -EEXIST else {
                throw GuestError("load the module \(name)", errno: -result)
            }
        }
    }

    private static func mountRoot(diskMiB: Int) throws(GuestError) {
        _ = try Devices.await(within: 10) { $0 == "vda" }
        try mount("/dev/vda", on: "/lower", type: "squashfs", flags: UInt(MS_RDONLY | MS_NODEV), options: "")
        // The session's files live in the guest's memory; the limit keeps them from taking all of it.
        try mount(
            "tmpfs",
            on: "/upper",
            type: "tmpfs",
            flags: UInt(MS_NODEV),
            options: "size=\(diskMiB)m,mode=0755"
        )
        for folder in ["/upper/files", "/upper/work"] { try makeFolder(folder) }
        try mount(
            "overlay",
            on: "/root",
            type: "overlay",
            flags: UInt(MS_NODEV),
            options: "lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work"
        )
    }

    private static func enterRoot() throws(GuestError) {
        for folder in ["/dev", "/proc", "/sys"] {
            try makeFolder("/root" + folder)
            guard Glibc.mount(folder, "/root" + folder, nil, UInt(MS_MOVE), nil) == 0 else {
                throw GuestError("move \(folder)", errno: errno)
            }
        }
        guard chdir("/root") == 0, Glibc.mount(".", "/", nil, UInt(MS_MOVE), nil) == 0, chroot(".") == 0,
            chdir("/") == 0
        else { throw GuestError("enter the root file system", errno: errno) }
    }

    private static func mountTemporaryFolders() throws(GuestError) {
        try mount(
            "devpts",
            on: "/dev/pts",
            type: "devpts",
            flags: UInt(MS_NOSUID | MS_NOEXEC),
            options: "mode=0620,ptmxmode=0666"
        )
        let temporary = UInt(MS_NOSUID | MS_NODEV)
        try mount("tmpfs", on: "/dev/shm", type: "tmpfs", flags: temporary, options: "size=64m,mode=1777")
        try mount("tmpfs", on: "/run", type: "tmpfs", flags: temporary, options: "size=16m,mode=0755")
    }

    private static func mount(
        _ source: String,
        on target: String,
        type: String,
        flags: UInt,
        options: String
    ) throws(GuestError) {
        try makeFolder(target)
        guard Glibc.mount(source, target, type, flags, options) == 0 else {
            throw GuestError("mount \(source) on \(target)", errno: errno)
        }
    }

    private static func makeFolder(_ path: String) throws(GuestError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw GuestError("make the folder \(path)", errno: errno)
        }
    }

    private static func text(of path: String) throws(GuestError) -> String {
        let file = try Descriptor(opening: path, O_RDONLY)
        var content: [UInt8] = []
        while let bytes = file.read(atMost: 4_096), content.count < 1 << 16 { content += bytes }
        return String(decoding: content, as: UTF8.self)
    }
}
