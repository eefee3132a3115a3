/// Reads a `text/event-stream` (HTML Living Standard, section 9.2) as it comes.
package struct EventStreamParser: Sendable {
    /// An event as it was sent.
    package struct Event: Hashable, Sendable {
        /// What kind of event it is.
        package let name: String
        /// Its place in the stream; nil when it has none.
        package let id: String?
        /// What it tells.
        package let data: [UInt8]
    }

    /// The longest line; a picture of the greatest size fits many times.
    private static let lineMax = 64 << 20

    private var line: [UInt8] = []
    private var name = ""
    private var id: String?
    private var data: [UInt8] = []
    private var isAfterReturn = false

    /// Begins with a stream.
    package init() {}

    /// Takes the next bytes.
    ///
    /// - Parameter bytes: what came, cut anywhere.
    /// - Returns: the events that are complete with it.
    /// - Throws: `malformedAnswer` when a line is longer than any of ours can be.
    package mutating func next(_ bytes: some Sequence<UInt8>) throws(ClientError) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let followsReturn = isAfterReturn
            isAfterReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where followsReturn: continue
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let event = endLine() { events.append(event) }
            default:
                line.append(byte)
                guard line.count + data.count <= Self.lineMax else {
                    throw ClientError(.malformedAnswer, "An event of the stream is too long.")
                }
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: line.count < 1 << 20) }
        guard !line.isEmpty else { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "id": id = String(decoding: value, as: UTF8.self)
        case "data":
            if !data.isEmpty { data.append(UInt8(ascii: "\n")) }
            data += value
        default: break
        }
        return nil
    }

    private mutating func endEvent() -> Event? {
        defer { (name, id, data) = ("", nil, []) }
        return data.isEmpty ? nil : Event(name: name.isEmpty ? "message" : name, id: id, data: data)
    }
}
