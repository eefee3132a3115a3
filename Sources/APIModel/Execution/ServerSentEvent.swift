/// An event of a `text/event-stream` (HTML Living Standard, section 9.2).
package struct ServerSentEvent: Hashable, Sendable {
    /// What is sent so that nobody takes silence for a broken connection.
    package static let keepAlive = Array(": keep-alive\n\n".utf8)

    /// What kind of event it is.
    package let name: String
    /// What the client sends to go on behind it; nil when nothing can be gone on with.
    package let cursor: StreamCursor?
    /// What it tells: JSON, which is always one line here.
    package let data: JSONValue

    /// Makes an event.
    ///
    /// - Parameters:
    ///   - name: what kind of event it is.
    ///   - cursor: what the client sends to go on behind it.
    ///   - data: what it tells.
    package init(_ name: String, cursor: StreamCursor? = nil, data: JSONValue) {
        self.name = name
        self.cursor = cursor
        self.data = data
    }

    /// The event as it is sent.
    package var encoded: [UInt8] {
        let id = cursor.map { "id: \($0)\n" } ?? ""
        return Array("event: \(name)\n\(id)data: ".utf8) + data.encoded + Array("\n\n".utf8)
    }
}
