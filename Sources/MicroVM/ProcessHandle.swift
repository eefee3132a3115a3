internal import CLinux
internal import Glibc

/// A process of ours, held by a descriptor, so that its number cannot come to mean another one.
final class ProcessHandle: Sendable {
    /// The process's number.
    let identifier: Int32
    private let descriptor: Int32

    /// Takes hold of a process.
    ///
    /// - Parameter identifier: the process's number.
    /// - Throws: `systemCall` when there is no such process.
    init(_ identifier: Int32) throws(MicroVMError) {
        let descriptor = cloister_process_descriptor(identifier)
        guard descriptor >= 0 else {
            throw MicroVMError(systemCall: "take hold of process \(identifier)", errno: -descriptor)
        }
        self.identifier = identifier
        self.descriptor = descriptor
    }

    /// Takes hold of the QEMU that a launcher has become or, in a jail, has as its one child.
    ///
    /// - Parameters:
    ///   - launcher: the number of the process that was started.
    ///   - isJailed: whether it made a jail.
    /// - Throws: `systemCall` when it is gone.
    convenience init(launchedBy launcher: Int32, isJailed: Bool) throws(MicroVMError) {
        guard isJailed else {
            try self.init(launcher)
            return
        }
        guard let child = Self.child(of: launcher) else {
            throw MicroVMError(.launchFailed, "The jail \(launcher) has no QEMU in it.")
        }
        try self.init(child)
    }

    deinit { close(descriptor) }

    /// Kills the process, if it still lives.
    func kill() {
        _ = cloister_signal_process(descriptor, SIGKILL)
    }

    private static func child(of parent: Int32) -> Int32? {
        TextFile.read("/proc/\(parent)/task/\(parent)/children")?.split(separator: " ").first.flatMap {
            Int32($0)
        }
    }
}
