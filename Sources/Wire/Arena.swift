internal import CWire

/// The memory of one message while it is encoded.
///
/// protobuf-c encodes a tree of C structs that point to each other; all of them, and all their
/// bytes, are allocated here and freed together when the arena goes out of scope.
struct Arena: ~Copyable {
    private var blocks: [UnsafeMutableRawPointer] = []

    /// Allocates a message and fills it with its defaults.
    ///
    /// - Parameter initialise: the generated `__init` function (the `__INIT` macros do not import).
    /// - Returns: the message, valid as long as the arena.
    mutating func message<Message>(
        _ initialise: (UnsafeMutablePointer<Message>?) -> Void
    ) -> UnsafeMutablePointer<Message> {
        let message = UnsafeMutablePointer<Message>.allocate(capacity: 1)
        blocks.append(UnsafeMutableRawPointer(message))
        initialise(message)
        return message
    }

    /// Copies bytes for a `bytes` field.
    ///
    /// - Parameter content: the bytes to copy.
    /// - Returns: what the field holds.
    mutating func bytes(_ content: some Collection<UInt8>) -> ProtobufCBinaryData {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(content.count, 1))
        _ = copy.initialize(from: content)
        if let base = copy.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
        return ProtobufCBinaryData(len: content.count, data: copy.baseAddress)
    }

    /// Copies a text for a `string` field; for validated names only, as a NUL would cut it.
    ///
    /// - Parameter content: the text to copy.
    /// - Returns: what the field holds.
    mutating func text(_ content: String) -> UnsafeMutablePointer<CChar>? {
        let terminated = Array(content.utf8CString)
        let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: terminated.count)
        _ = copy.initialize(from: terminated)
        if let base = copy.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
        return copy.baseAddress
    }

    /// Makes the list for a `repeated` field.
    ///
    /// - Parameter messages: the messages, all of this arena.
    /// - Returns: what the field holds; its count goes into the field's `n_` companion.
    mutating func list<Message>(
        _ messages: [UnsafeMutablePointer<Message>]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Message>?>? {
        let list = UnsafeMutableBufferPointer<UnsafeMutablePointer<Message>?>.allocate(
            capacity: max(messages.count, 1)
        )
        _ = list.initialize(from: messages)
        if let base = list.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
        return list.baseAddress
    }

    /// Makes the list for a `repeated bytes` field.
    ///
    /// - Parameter fields: the contents, all of this arena.
    /// - Returns: what the field holds; its count goes into the field's `n_` companion.
    mutating func list(_ fields: [ProtobufCBinaryData]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
        let list = UnsafeMutableBufferPointer<ProtobufCBinaryData>.allocate(capacity: max(fields.count, 1))
        _ = list.initialize(from: fields)
        if let base = list.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
        return list.baseAddress
    }

    /// Makes the list for a `repeated fixed64` field.
    ///
    /// - Parameter content: the numbers to copy.
    /// - Returns: what the field holds; its count goes into the field's `n_` companion.
    mutating func numbers(_ content: [UInt64]) -> UnsafeMutablePointer<UInt64>? {
        let copy = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: max(content.count, 1))
        _ = copy.initialize(from: content)
        if let base = copy.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
        return copy.baseAddress
    }

    /// Makes the list for a `repeated` field of texts.
    ///
    /// - Parameter content: the texts, without zero bytes.
    /// - Returns: what the field holds.
    mutating func texts(_ content: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let copy = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: max(content.count, 1)
        )
        _ = copy.initialize(from: content.map { text($0) })
        if let base = copy.baseAddress { blocks.append(UnsafeMutableRawPointer(base)) }
        return copy.baseAddress
    }

    /// Encodes a message of this arena.
    ///
    /// - Parameter message: the outermost message.
    /// - Returns: its encoding.
    func packed<Message>(_ message: UnsafeMutablePointer<Message>) -> [UInt8] {
        // Every generated struct begins with its ProtobufCMessage.
        let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
        let size = protobuf_c_message_get_packed_size(base)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = protobuf_c_message_pack(base, buffer.baseAddress)
        }
    }

    deinit {
        for block in blocks { block.deallocate() }
    }
}
