internal import Glibc

/// The files from which a guest boots.
///
/// They are opened once and stay open: a new image may take the folder's place and the old one be
/// removed while machines are still made from it.
final class GuestImage: Sendable {
    /// What the files are: sizes, and the manifest, which holds their hashes; no times, which differ from host to host.
    let fingerprint: String

    private let kernelFile: Int32
    private let initramfsFile: Int32
    private let rootFile: Int32

    /// The path under which a child of this process can open the kernel.
    var kernel: String { "/proc/\(getpid())/fd/\(kernelFile)" }
    /// The path under which a child of this process can open the initramfs.
    var initramfs: String { "/proc/\(getpid())/fd/\(initramfsFile)" }
    /// The path under which a child of this process can open the root image.
    var root: String { "/proc/\(getpid())/fd/\(rootFile)" }

    /// Opens an image.
    ///
    /// - Parameter directory: the folder that holds `kernel`, `initramfs`, `root.squashfs` and
    ///   `manifest`.
    /// - Throws: `imageUnusable` when a file is missing or unreadable.
    init(directory: String) throws(MicroVMError) {
        guard let manifest = TextFile.read(directory + "/manifest") else {
            throw MicroVMError(.imageUnusable, "The guest image in \(directory) has no readable manifest.")
        }
        let kernel = try Self.open("kernel", in: directory)
        let initramfs = try Self.open("initramfs", in: directory)
        let root = try Self.open("root.squashfs", in: directory)
        fingerprint = """
            kernel=\(kernel.facts.bytes)
            initramfs=\(initramfs.facts.bytes)
            root=\(root.facts.bytes)
            \(manifest)
            """
        kernelFile = kernel.descriptor.take()
        initramfsFile = initramfs.descriptor.take()
        rootFile = root.descriptor.take()
    }

    deinit { for file in [kernelFile, initramfsFile, rootFile] { close(file) } }

    private struct OpenFile: ~Copyable {
        let descriptor: OwnedDescriptor
        let facts: FileFacts
    }

    private static func open(_ name: String, in directory: String) throws(MicroVMError) -> OpenFile {
        let number = Glibc.open(directory + "/" + name, O_RDONLY | O_CLOEXEC)
        guard number >= 0, let facts = FileFacts(of: "/proc/self/fd/\(number)") else {
            throw MicroVMError(.imageUnusable, "The guest image in \(directory) has no readable \(name).")
        }
        return OpenFile(descriptor: OwnedDescriptor(number), facts: facts)
    }
}
