internal import CLinux
internal import Glibc

/// An anonymous file in memory.
///
/// A template lives in two of them. Once sealed, nobody can change it any more, not even a QEMU
/// that a guest has taken over and that holds a writable descriptor: QEMU 7.2 insists on opening
/// its memory file for writing, and all clones of a pool share the pages.
final class MemoryFile: Sendable {
    /// The descriptor; it lives as long as this object.
    let descriptor: Int32
    /// The size, in bytes.
    let bytes: UInt64

    /// Makes a file of zeroes.
    ///
    /// - Parameters:
    ///   - name: a name that shows in `/proc`.
    ///   - bytes: the size.
    /// - Throws: `systemCall` when there is no memory or no descriptor.
    convenience init(named name: String, bytes: UInt64) throws(MicroVMError) {
        let descriptor = cloister_memory_file(name)
        guard descriptor >= 0 else {
            throw MicroVMError(systemCall: "make a file in memory", errno: -descriptor)
        }
        self.init(takingOver: descriptor, bytes: bytes)
        // QEMU opens it anew, as another user; who may do that is decided by who gets a descriptor.
        guard fchmod(descriptor, 0o666) == 0, ftruncate(descriptor, off_t(bytes)) == 0 else {
            throw MicroVMError(systemCall: "size a file in memory")
        }
    }

    private init(takingOver descriptor: Int32, bytes: UInt64) {
        self.descriptor = descriptor
        self.bytes = bytes
    }

    deinit { close(descriptor) }

    /// The path under which a child of this process can open the file.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    /// The size as it is now; the state's file grows as QEMU writes it.
    var currentBytes: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// Makes the content immutable for ever.
    ///
    /// - Throws: `systemCall` when somebody still has it mapped for writing.
    func seal() throws(MicroVMError) {
        let result = cloister_seal(descriptor)
        guard result == 0 else { throw MicroVMError(systemCall: "seal a template", errno: -result) }
    }

    /// Writes the content to disk, leaving out what is zero.
    ///
    /// Takes as long as the disk needs: for a thread that may block.
    ///
    /// - Parameter path: the new file's path.
    /// - Returns: the checksum of the content.
    /// - Throws: `systemCall` when the disk is full or refuses.
    func save(to path: String) throws(MicroVMError) -> UInt64 {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MicroVMError(systemCall: "create \(path)") }
        defer { close(file) }
        let size = currentBytes
        guard ftruncate(file, off_t(size)) == 0 else { throw MicroVMError(systemCall: "size \(path)") }
        var checksum: UInt64 = 0
        let copied = cloister_copy_sparse(descriptor, file, size, &checksum)
        guard copied >= 0 else { throw MicroVMError(systemCall: "write \(path)", errno: Int32(-copied)) }
        return checksum
    }

    /// Reads a file that ``save(to:)`` wrote, and seals the copy.
    ///
    /// Takes as long as the disk needs: for a thread that may block.
    ///
    /// - Parameters:
    ///   - path: the file's path.
    ///   - bytes: the size that it has to have.
    ///   - checksum: the checksum that it has to have.
    ///   - name: a name that shows in `/proc`.
    /// - Returns: the sealed copy.
    /// - Throws: `templateUnusable` when the file is not what was written.
    static func load(
        from path: String,
        bytes: UInt64,
        checksum: UInt64,
        named name: String
    ) throws(MicroVMError) -> MemoryFile {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw MicroVMError(.templateUnusable, "The file \(path) cannot be opened.") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size == off_t(bytes) else {
            throw MicroVMError(.templateUnusable, "The file \(path) does not have \(bytes) bytes.")
        }
        let memory = try MemoryFile(named: name, bytes: bytes)
        var found: UInt64 = 0
        guard cloister_copy_sparse(file, memory.descriptor, bytes, &found) >= 0, found == checksum else {
            throw MicroVMError(.templateUnusable, "The file \(path) is damaged.")
        }
        try memory.seal()
        return memory
    }
}
