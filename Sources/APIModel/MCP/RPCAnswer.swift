/// What is told of a request that came to its end.
package enum RPCAnswer {
    /// The message with a result.
    ///
    /// - Parameters:
    ///   - result: the result.
    ///   - identifier: the request.
    /// - Returns: the JSON.
    package static func json(_ result: JSONValue, for identifier: RPCIdentifier) -> JSONValue {
        .object([
            .init("jsonrpc", .string("2.0")), .init("id", identifier.json), .init("result", result),
        ])
    }

    /// A message to which nothing is answered.
    ///
    /// - Parameters:
    ///   - method: what it tells.
    ///   - parameters: more of it.
    /// - Returns: the JSON.
    package static func notification(_ method: String, _ parameters: [JSONValue.Member]) -> JSONValue {
        .object([
            .init("jsonrpc", .string("2.0")), .init("method", .string(method)),
            .init("params", .object(parameters)),
        ])
    }
}
