/// What names a request of JSON-RPC 2.0, so that its answer can be told from others.
package enum RPCIdentifier: Hashable, Sendable {
    /// The longest text, in bytes of UTF-8.
    static let bytesMax = 256

    /// A text.
    case text(String)
    /// A whole number.
    case number(Int)

    /// Reads an identifier; MCP has none that is null, and fractions cannot be echoed exactly.
    ///
    /// - Parameter value: the JSON.
    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text) where text.utf8.count <= Self.bytesMax: self = .text(text)
        case .integer(let number): self = .number(number)
        default: return nil
        }
    }

    /// The identifier as it stands in messages.
    package var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .integer(number)
        }
    }
}

/// A message of JSON-RPC 2.0.
package enum RPCMessage: Hashable, Sendable {
    /// Wants an answer.
    case request(RPCIdentifier, method: String, parameters: JSONValue)
    /// Wants none.
    case notification(method: String, parameters: JSONValue)
    /// Answers a request of ours; we ask nothing, so it means nothing.
    case response
    /// None of these; named as far as its name could be read.
    case invalid(RPCIdentifier?)

    /// Reads a message.
    ///
    /// - Parameter value: the JSON.
    package init(_ value: JSONValue) {
        guard case .object = value, value["jsonrpc"] == .string("2.0") else {
            self = .invalid(value["id"].flatMap { RPCIdentifier($0) })
            return
        }
        let identifier = value["id"].flatMap { RPCIdentifier($0) }
        // Clients write null for what they leave out.
        let given = value["params"] ?? .null
        let parameters = given == .null ? .object([]) : given
        guard let method = value["method"]?.text, case .object = parameters else {
            let isResponse = value["method"] == nil && (value["result"] != nil || value["error"] != nil)
            self = isResponse ? .response : .invalid(identifier)
            return
        }
        if let identifier {
            self = .request(identifier, method: method, parameters: parameters)
        } else {
            self = value["id"] == nil ? .notification(method: method, parameters: parameters) : .invalid(nil)
        }
    }
}

/// The body of a request to an MCP endpoint.
package enum RPCBody: Hashable, Sendable {
    /// How many messages a batch has at most.
    package static let batchMax = 16
    /// How many JSON values a body has at most; a command has at most 1,024 arguments.
    package static let valuesMax = 20_000

    /// One message.
    case single(RPCMessage)
    /// Several, which only 2025-03-26 and before has.
    case batch([RPCMessage])
    /// No JSON, or over a limit.
    case malformed

    /// Reads a body.
    ///
    /// - Parameter bytes: the body.
    package init(_ bytes: [UInt8]) {
        guard let value = JSONValue.bounded(bytes, valueLimit: Self.valuesMax) else {
            self = .malformed
            return
        }
        guard case .array(let elements) = value else {
            self = .single(RPCMessage(value))
            return
        }
        let isBatch = (1...Self.batchMax).contains(elements.count)
        self = isBatch ? .batch(elements.map { RPCMessage($0) }) : .single(.invalid(nil))
    }
}
