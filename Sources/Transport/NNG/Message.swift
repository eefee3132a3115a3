import CNNG

/// A message in the library's memory: freed at the end of its life unless it was given away.
struct Message: ~Copyable {
    private let pointer: OpaquePointer

    /// Copies bytes into a new message.
    init(copying bytes: [UInt8]) throws(TransportError) {
        var allocated: OpaquePointer?
        let status = nng_msg_alloc(&allocated, bytes.count)
        guard status == 0, let allocated else { throw TransportError(nng: status, "allocate a message") }
        if let body = nng_msg_body(allocated) {
            bytes.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(start: body, count: source.count).copyMemory(from: source)
            }
        }
        pointer = allocated
    }

    /// Takes over a message that the library has given away.
    init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        nng_msg_free(pointer)
    }

    /// A copy of the message's bytes.
    var bytes: [UInt8] {
        guard let body = nng_msg_body(pointer) else { return [] }
        return Array(UnsafeRawBufferPointer(start: body, count: nng_msg_len(pointer)))
    }

    /// Gives the memory away; whoever takes the pointer frees it.
    consuming func release() -> OpaquePointer {
        let pointer = pointer
        discard self
        return pointer
    }
}
