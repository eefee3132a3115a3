/// Why a request of JSON-RPC has no result.
package struct RPCError: Error, Hashable, Sendable {
    /// The kinds of reason, with the numbers of JSON-RPC 2.0 and of MCP.
    package struct Code: Hashable, Sendable {
        /// The number.
        package let number: Int

        private init(_ number: Int) { self.number = number }

        /// The body is no JSON.
        package static let malformed = Self(-32_700)
        /// The message is none of JSON-RPC.
        package static let invalidRequest = Self(-32_600)
        /// There is no such method.
        package static let unknownMethod = Self(-32_601)
        /// The method does not take these parameters.
        package static let invalidParameters = Self(-32_602)
        /// A defect of Cloister.
        package static let defect = Self(-32_603)
        /// The environment has ended.
        package static let environmentNotFound = Self(-32_000)
        /// The client cancelled the request.
        package static let cancelled = Self(-32_001)
        /// The cluster cannot be reached, or it refuses the request for other reasons than the protocol's.
        package static let unreachable = Self(-32_003)
        /// The headers are not what the body says.
        package static let headerMismatch = Self(-32_020)
        /// The protocol's version is not one of ours.
        package static let unsupportedVersion = Self(-32_022)
    }

    /// The kind of reason.
    package let code: Code
    /// A sentence.
    package let message: String
    /// What there is to say to programs.
    package let data: JSONValue?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: the kind of reason.
    ///   - message: a sentence.
    ///   - data: what there is to say to programs.
    package init(_ code: Code, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The message that tells it.
    ///
    /// - Parameter identifier: the request; nil when its name could not be read.
    /// - Returns: the JSON.
    package func json(for identifier: RPCIdentifier?) -> JSONValue {
        let told = data.map { [JSONValue.Member("data", $0)] } ?? []
        let members: [JSONValue.Member] = [
            .init("code", .integer(code.number)), .init("message", .string(message)),
        ]
        return .object([
            .init("jsonrpc", .string("2.0")), .init("id", identifier?.json ?? .null),
            .init("error", .object(members + told)),
        ])
    }
}
