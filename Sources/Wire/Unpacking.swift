internal import CWire
internal import Domain

/// The shape of a generated `__unpack` function.
typealias Unpack<Message> = (
    UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
) -> UnsafeMutablePointer<Message>?

/// The shape of a generated `__free_unpacked` function.
typealias FreeUnpacked<Message> = (
    UnsafeMutablePointer<Message>?, UnsafeMutablePointer<ProtobufCAllocator>?
) -> Void

/// Decodes bytes with protobuf-c and hands the C struct to a closure that makes a Swift value of it.
///
/// - Parameters:
///   - bytes: the encoding.
///   - unpack: the generated function that decodes.
///   - free: the generated function that frees what was decoded.
///   - allowance: how much memory the message may take beyond its bytes.
///   - body: makes a Swift value; the struct is gone when it returns.
/// - Returns: what the closure made.
/// - Throws: `malformed` when protobuf-c refuses the bytes, `tooLarge` when they ask for more memory
///   than the allowance, or what the closure throws.
func unpacked<Message, Value>(
    _ bytes: [UInt8],
    _ unpack: Unpack<Message>,
    _ free: FreeUnpacked<Message>,
    allowance: Int = WireLimits.decodingBytes,
    _ body: (Message) throws(WireError) -> Value
) throws(WireError) -> Value {
    var budget = DecodingBudget(bytes: bytes.count + allowance)
    return try withUnsafeMutablePointer(to: &budget) { budget throws(WireError) in
        var allocator = DecodingBudget.allocator(spending: budget)
        let message = bytes.withUnsafeBufferPointer { unpack(&allocator, $0.count, $0.baseAddress) }
        guard let message else {
            throw budget.pointee.isExceeded
                ? WireError(.tooLarge, "A message of \(bytes.count) bytes asks for too much memory.")
                : WireError(.malformed, "The bytes are not a message of the expected kind.")
        }
        defer { free(message, &allocator) }
        return try body(message.pointee)
    }
}

/// Reads a sub-message that must be there.
///
/// - Parameters:
///   - pointer: the field.
///   - name: the field's name, for the error.
/// - Returns: the sub-message.
/// - Throws: `invalidField` when it is absent.
func required<Message>(
    _ pointer: UnsafeMutablePointer<Message>?,
    _ name: String
) throws(WireError) -> Message {
    guard let pointer else { throw WireError(.invalidField, "The field \(name) is missing.") }
    return pointer.pointee
}

/// Reads a list of sub-messages.
///
/// - Parameters:
///   - list: the field.
///   - count: its `n_` companion.
///   - convert: makes a Swift value of one.
/// - Returns: the values.
/// - Throws: what `convert` throws.
func values<Message, Value>(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?,
    _ count: Int,
    _ convert: (Message) throws(WireError) -> Value
) throws(WireError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        guard let pointer = list?[index] else { continue }
        values.append(try convert(pointer.pointee))
    }
    return values
}

extension [UInt8] {
    /// Copies a `bytes` field.
    ///
    /// - Parameter field: the field.
    init(_ field: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: field.data, count: field.data == nil ? 0 : field.len))
    }
}

extension String {
    /// Reads a `string` field.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - name: the field's name, for the error.
    /// - Throws: `invalidField` when it is not UTF-8.
    init(field: UnsafeMutablePointer<CChar>?, _ name: String) throws(WireError) {
        guard let field else {
            self = ""
            return
        }
        guard let text = String(validatingCString: field) else {
            throw WireError(.invalidField, "The field \(name) is not UTF-8.")
        }
        self = text
    }

    /// Reads a `bytes` field that must hold UTF-8.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - name: the field's name, for the error.
    /// - Throws: `invalidField` when it is not UTF-8.
    init(utf8 field: ProtobufCBinaryData, _ name: String) throws(WireError) {
        guard let text = String(validating: [UInt8](field), as: UTF8.self) else {
            throw WireError(.invalidField, "The field \(name) is not UTF-8.")
        }
        self = text
    }
}

/// Runs a check of the domain and turns its failure into one of the wire.
///
/// - Parameter check: the initialiser that checks.
/// - Returns: the checked value.
/// - Throws: `invalidField` with the domain's sentence.
func checked<Value>(_ check: () throws(Failure) -> Value) throws(WireError) -> Value {
    do {
        return try check()
    } catch {
        throw WireError(.invalidField, error.message)
    }
}
