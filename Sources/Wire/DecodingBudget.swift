internal import CWire

/// How much memory protobuf-c may still allocate for one message.
///
/// Every field costs protobuf-c a note and most an allocation, however small the field is on the
/// wire: without a bound 10 MiB of tiny fields from a hostile guest took 480 MiB. What was freed
/// again counts as well, so the budget bounds the work, too.
struct DecodingBudget {
    private var bytesLeft: Int
    /// Whether protobuf-c asked for more than there was.
    private(set) var isExceeded = false

    /// Makes a budget.
    ///
    /// - Parameter bytes: how much may be allocated.
    init(bytes: Int) { bytesLeft = bytes }

    private mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size <= bytesLeft else {
            isExceeded = true
            return nil
        }
        bytesLeft -= size
        return .allocate(byteCount: size, alignment: 16)
    }

    /// Makes an allocator for protobuf-c.
    ///
    /// - Parameter budget: what it spends; it has to live until everything is freed.
    /// - Returns: the allocator.
    static func allocator(spending budget: UnsafeMutablePointer<DecodingBudget>) -> ProtobufCAllocator {
        ProtobufCAllocator(
            alloc: { budget, size in
                budget?.assumingMemoryBound(to: DecodingBudget.self).pointee.allocate(size)
            },
            free: { _, block in block?.deallocate() },
            allocator_data: budget
        )
    }
}
