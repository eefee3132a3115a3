internal import FoundationEssentials

/// What a request of a version without handshake says about itself, in its body and once more in its headers.
package struct MCPMetadata: Hashable, Sendable {
    /// The member of `_meta` that names the version.
    package static let version = "io.modelcontextprotocol/protocolVersion"
    private static let capabilities = "io.modelcontextprotocol/clientCapabilities"
    private static let server = "io.modelcontextprotocol/serverInfo"

    /// The header `MCP-Protocol-Version`.
    package let versionHeader: String
    /// The header `Mcp-Method`.
    package let methodHeader: String?
    /// The header `Mcp-Name`.
    package let nameHeader: String?

    /// Takes over the headers.
    ///
    /// - Parameters:
    ///   - versionHeader: the header `MCP-Protocol-Version`.
    ///   - methodHeader: the header `Mcp-Method`.
    ///   - nameHeader: the header `Mcp-Name`.
    package init(versionHeader: String, methodHeader: String?, nameHeader: String?) {
        self.versionHeader = versionHeader
        self.methodHeader = methodHeader
        self.nameHeader = nameHeader
    }

    /// Checks that headers and body say the same, as whoever stands between may have believed the headers.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - parameters: its parameters.
    /// - Throws: `invalidParameters`, `headerMismatch`.
    package func check(_ method: String, _ parameters: JSONValue) throws(RPCError) {
        let own = parameters["_meta"]
        for key in [Self.version, Self.capabilities] where own?[key] == nil {
            throw RPCError(.invalidParameters, "params._meta has no member \(key).")
        }
        guard own?[Self.version]?.text == versionHeader else {
            throw Self.mismatch("MCP-Protocol-Version", "the version in params._meta")
        }
        guard methodHeader == method else { throw Self.mismatch("Mcp-Method", "the method") }
        guard method == "tools/call", let name = parameters["name"]?.text else { return }
        guard nameHeader.flatMap(Self.decoded) == name else {
            throw Self.mismatch("Mcp-Name", "the name of the tool")
        }
    }

    private static func mismatch(_ header: String, _ member: String) -> RPCError {
        RPCError(.headerMismatch, "The header \(header) is missing or is not \(member).")
    }

    /// A value as a header can have it.
    ///
    /// - Parameter text: the value.
    /// - Returns: the same, or base64 of what is no plain ASCII or might be taken for something else.
    package static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.hasPrefix(" ")
            && !text.hasSuffix(" ") && !text.hasPrefix("=?base64?")
        return isPlain ? text : "=?base64?\(Data(text.utf8).base64EncodedString())?="
    }

    /// What is no plain ASCII comes as base64 between `=?base64?` and `?=`.
    private static func decoded(_ header: String) -> String? {
        let (prefix, suffix) = ("=?base64?", "?=")
        guard header.hasPrefix(prefix), header.hasSuffix(suffix),
            header.utf8.count >= prefix.utf8.count + suffix.utf8.count
        else { return header }
        let text = String(header.dropFirst(prefix.count).dropLast(suffix.count))
        return Data(base64Encoded: text).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Adds to a result what every one has in these versions.
    ///
    /// - Parameter result: the result.
    /// - Returns: the same with its type, and the name of the server.
    package static func completed(_ result: JSONValue) -> JSONValue {
        guard case .object(let members) = result else { return result }
        return .object(
            members + [
                .init("resultType", .string("complete")),
                .init("_meta", .object([.init(server, MCPServerDescription.identity)])),
            ]
        )
    }
}
