import Testing
import Wire

// Bytes that nobody vouches for are either refused with an error of the wire, or they give a value
// that has an encoding of its own and comes back from it unchanged. Any other error fails the test.

/// Checks a payload for the same kind of message as a content.
///
/// - Returns: whether the payload was taken.
@discardableResult
func expectStable(_ sibling: Envelope.Content, _ payload: [UInt8]) throws -> Bool {
    let value: Envelope.Content
    do {
        value = try sibling.decodingSibling(payload)
    } catch is WireError {
        return false
    }
    #expect(try value.decodingSibling(try value.payload()) == value, "\(Hexadecimal.text(payload))")
    return true
}

/// Checks a whole envelope.
///
/// - Returns: whether the envelope was taken.
@discardableResult
func expectStableEnvelope(_ bytes: [UInt8]) throws -> Bool {
    let value: Envelope
    do {
        value = try reassembled(bytes)
    } catch is WireError {
        return false
    }
    #expect(try reassembled(try value.encoded(key: clusterKey())) == value, "\(Hexadecimal.text(bytes))")
    return true
}

/// Checks a frame to the guest.
///
/// - Returns: whether the frame was taken.
@discardableResult
func expectStableHostFrame(_ bytes: [UInt8]) throws -> Bool {
    let value: HostFrame
    do {
        value = try HostFrame(decoding: bytes)
    } catch {
        return false
    }
    #expect(try HostFrame(decoding: unframed(value.encoded())) == value, "\(Hexadecimal.text(bytes))")
    return true
}

/// Checks a frame from the guest.
///
/// - Returns: whether the frame was taken.
@discardableResult
func expectStableGuestFrame(_ bytes: [UInt8]) throws -> Bool {
    let value: GuestFrame
    do {
        value = try GuestFrame(decoding: bytes)
    } catch {
        return false
    }
    #expect(try GuestFrame(decoding: unframed(value.encoded())) == value, "\(Hexadecimal.text(bytes))")
    return true
}
