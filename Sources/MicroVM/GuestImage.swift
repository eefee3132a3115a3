internal import Glibc

/// The files from which a guest boots.
package struct GuestImage: Hashable, Sendable {
    /// The folder that holds them.
    package let directory: String
    /// The text of the image's manifest, which holds the hashes of the other files.
    package let manifest: String
    /// What the files are, in one line each: names, sizes, times.
    package let fingerprint: String

    /// The kernel's path.
    package var kernel: String { directory + "/kernel" }
    /// The initramfs's path.
    package var initramfs: String { directory + "/initramfs" }
    /// The root image's path.
    package var root: String { directory + "/root.squashfs" }

    /// Looks at an image.
    ///
    /// - Parameter directory: the folder that holds it.
    /// - Throws: `imageUnusable` when a file is missing.
    package init(directory: String) throws(MicroVMError) {
        self.directory = directory
        var lines: [String] = []
        for name in ["kernel", "initramfs", "root.squashfs", "manifest"] {
            guard let facts = FileFacts(of: directory + "/" + name) else {
                throw MicroVMError(
                    .imageUnusable,
                    "The guest image in \(directory) has no file named \(name)."
                )
            }
            if name != "manifest" { lines.append("\(name)=\(facts)") }
        }
        guard let manifest = TextFile.read(directory + "/manifest") else {
            throw MicroVMError(
                .imageUnusable,
                "The manifest of the guest image in \(directory) is unreadable."
            )
        }
        self.manifest = manifest
        fingerprint = lines.joined(separator: "\n")
    }
}

/// What tells one version of a file from another without reading it.
struct FileFacts: Hashable, Sendable, CustomStringConvertible {
    /// The size, in bytes.
    let bytes: Int64
    /// The time of the last change, in nanoseconds since 1970.
    let modified: Int64

    /// Looks at a file.
    ///
    /// - Parameter path: the file's path; links are followed.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        bytes = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    var description: String { "\(bytes) bytes of \(modified)" }
}
