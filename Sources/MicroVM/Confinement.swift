internal import Glibc

/// How much of the host a QEMU process gets to see.
package struct Confinement: Hashable, Sendable {
    /// The user and group as which it runs; nil to stay who we are.
    package var user: Int?
    /// A group that may open /dev/kvm; nil when that is not needed.
    package var deviceGroup: Int?
    /// Whether it gets namespaces of its own (bubblewrap).
    package var isJailed: Bool

    /// Describes a confinement.
    ///
    /// - Parameters:
    ///   - user: the user and group as which it runs; nil to stay who we are.
    ///   - deviceGroup: a group that may open /dev/kvm; nil when that is not needed.
    ///   - isJailed: whether it gets namespaces of its own.
    package init(user: Int?, deviceGroup: Int? = nil, isJailed: Bool) {
        self.user = user
        self.deviceGroup = deviceGroup
        self.isJailed = isJailed
    }

    /// The programs, with their arguments, that are put before QEMU's own command line.
    ///
    /// Each replaces itself by the next: `setpriv` gives up rights and ties the process's life to
    /// the thread that started it, `prlimit` bounds it, `bwrap` takes it out of the host's namespaces.
    ///
    /// - Parameters:
    ///   - program: QEMU's path.
    ///   - fileBytes: the largest file that it may write; 0 for none.
    ///   - needsDevice: whether it opens /dev/kvm.
    /// - Returns: the arguments, each as one word.
    package func launcher(for program: String, fileBytes: Int, needsDevice: Bool) -> [String] {
        var words = ["/usr/bin/setpriv", "--pdeathsig=KILL", "--no-new-privs"]
        if let user {
            words += ["--reuid=\(user)", "--regid=\(user)", "--bounding-set=-all", "--inh-caps=-all"]
            words.append(deviceGroup.map { "--groups=\($0)" } ?? "--clear-groups")
        }
        words += ["/usr/bin/prlimit", "--core=0", "--nofile=256", "--fsize=\(fileBytes)", "--"]
        if isJailed { words += Self.jail(around: program, needsDevice: needsDevice) }
        return words
    }

    private static func jail(around program: String, needsDevice: Bool) -> [String] {
        var words = [
            "/usr/bin/bwrap", "--die-with-parent", "--as-pid-1", "--unshare-user", "--unshare-pid",
            "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL",
            "--ro-bind", "/usr/lib", "/usr/lib", "--ro-bind-try", "/usr/lib64", "/usr/lib64",
            "--ro-bind-try", "/usr/local/lib", "/usr/local/lib",
            "--ro-bind-try", "/usr/share/qemu", "/usr/share/qemu",
            "--ro-bind-try", "/usr/share/seabios", "/usr/share/seabios",
            "--ro-bind-try", "/usr/local/share/qemu", "/usr/local/share/qemu",
            "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
            "--ro-bind", program, program,
            // Descriptors that QEMU inherits are opened anew through /proc/self/fd.
            "--proc", "/proc", "--dev", "/dev",
        ]
        if needsDevice { words += ["--dev-bind", "/dev/kvm", "/dev/kvm"] }
        return words + ["--chdir", "/", "--"]
    }
}

/// Whether QEMU is put into a jail.
package struct JailPreference: Hashable, Sendable {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// A jail if this host lets us make one, else none and a warning.
    package static let automatic = Self("auto")
    /// A jail, or no start at all.
    package static let required = Self("required")
    /// No jail.
    package static let off = Self("off")

    /// Finds a preference by its name.
    ///
    /// - Parameter name: a name as found in a configuration.
    /// - Returns: the preference, or nil when there is none of this name.
    package static func named(_ name: String) -> Self? {
        [.automatic, .required, .off].first { $0.name == name }
    }
}

/// Who QEMU runs as when the worker is root.
package struct MachineUser: Hashable, Sendable {
    enum Choice: Hashable, Sendable {
        case automatic
        case named(String)
        case unchanged
    }

    let choice: Choice

    /// The user `cloister` if there is one, else the number 65534.
    package static let automatic = Self(choice: .automatic)
    /// The user that the worker itself runs as.
    package static let unchanged = Self(choice: .unchanged)

    /// A certain user.
    ///
    /// - Parameter name: the user's name.
    /// - Returns: the choice.
    package static func named(_ name: String) -> Self { Self(choice: .named(name)) }

    /// The user's number.
    ///
    /// - Returns: the number, or nil to stay who we are.
    /// - Throws: `invalidConfiguration` when there is no such user.
    func number() throws(MicroVMError) -> Int? {
        // Only root can become somebody else.
        guard geteuid() == 0 else { return nil }
        switch choice {
        case .unchanged: return nil
        case .automatic: return Self.number(of: "cloister") ?? 65_534
        case .named(let name):
            guard let number = Self.number(of: name) else {
                throw MicroVMError(.invalidConfiguration, "There is no user named \(name) on this host.")
            }
            return number
        }
    }

    private static func number(of name: String) -> Int? {
        let lines = TextFile.read("/etc/passwd")?.split(separator: "\n") ?? []
        for line in lines {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, fields[0] == name { return Int(fields[2]) }
        }
        return nil
    }
}
