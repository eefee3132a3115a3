/// A QEMU process to be: its program, its arguments, what it inherits and how it is confined.
struct Launch: Sendable {
    /// A file that the launcher opens, with the worker's rights, before it gives them up.
    struct InheritedFile: Sendable {
        /// The descriptor under which QEMU finds it.
        let descriptor: Int32
        /// The path, as the worker sees it.
        let path: String
        /// Whether QEMU writes it.
        let isWritable: Bool
    }

    /// QEMU's path.
    var program: String
    /// QEMU's arguments.
    var arguments: [String]
    /// The files that it inherits.
    var files: [InheritedFile]
    /// How it is confined.
    var confinement: Confinement
    /// Whether it opens /dev/kvm.
    var needsDevice: Bool
    /// The largest file that it may write, in bytes.
    var fileBytes: Int

    /// The shell's arguments: open the files, then become the launcher, then QEMU.
    ///
    /// A shell, for Subprocess passes on the descriptors 0 to 2 only.
    var shellArguments: [String] {
        let openings = files.enumerated().map { index, file in
            "\(file.descriptor)\(file.isWritable ? "<>" : "<")\"${\(index + 1)}\""
        }
        let redirection = openings.isEmpty ? "" : "exec \(openings.joined(separator: " ")); "
        let script = redirection + "shift \(files.count); exec \"$@\""
        return ["-c", script, "cloister-launch"] + files.map(\.path)
            + confinement.launcher(for: program, fileBytes: fileBytes, needsDevice: needsDevice)
            + [program] + arguments
    }
}
