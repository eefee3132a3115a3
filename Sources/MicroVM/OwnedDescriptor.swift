internal import CLinux
internal import Glibc

/// A descriptor that is closed when its owner goes, unless somebody took it over.
struct OwnedDescriptor: ~Copyable {
    private let number: Int32

    /// Takes over a descriptor.
    ///
    /// - Parameter number: the descriptor.
    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Hands the descriptor over.
    ///
    /// - Returns: the number; its new owner closes it.
    consuming func take() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// Two connected ends.
struct DescriptorPair: ~Copyable {
    /// The worker's end; of a pipe, the one to read from.
    let ours: OwnedDescriptor
    /// QEMU's end; of a pipe, the one to write to.
    let theirs: OwnedDescriptor

    private init(_ numbers: [Int32]) {
        ours = OwnedDescriptor(numbers[0])
        theirs = OwnedDescriptor(numbers[1])
    }

    /// Makes a pair of connected sockets.
    ///
    /// - Returns: the pair.
    /// - Throws: `systemCall` when there are no more descriptors.
    static func sockets() throws(MicroVMError) -> DescriptorPair {
        var numbers: [Int32] = [-1, -1]
        let result = cloister_socket_pair(&numbers)
        guard result == 0 else { throw MicroVMError(systemCall: "make a socket pair", errno: -result) }
        return DescriptorPair(numbers)
    }

    /// Makes a pipe whose writer never waits.
    ///
    /// - Returns: the pair.
    /// - Throws: `systemCall` when there are no more descriptors.
    static func lossyPipe() throws(MicroVMError) -> DescriptorPair {
        var numbers: [Int32] = [-1, -1]
        let result = cloister_lossy_pipe(&numbers)
        guard result == 0 else { throw MicroVMError(systemCall: "make a pipe", errno: -result) }
        return DescriptorPair(numbers)
    }
}
