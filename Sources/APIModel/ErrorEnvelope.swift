package import Domain

/// The body of every answer that is not a success.
package struct ErrorEnvelope: Hashable, Sendable {
    /// The stable name of the failure.
    package let code: String
    /// A sentence for people.
    package let message: String
    /// What to search the log for.
    package let traceID: String?

    /// Makes the body for a failure.
    ///
    /// - Parameters:
    ///   - failure: what went wrong.
    ///   - traceID: what to search the log for.
    package init(_ failure: Failure, traceID: String) {
        self.code = failure.code.name
        self.message = failure.message
        self.traceID = traceID
    }

    /// The body.
    ///
    /// - Parameters:
    ///   - isFlatToo: whether code and message stand at the top level as well, as Azure has
    ///     them for a lack of room (dynamic-sessions-api.md, section 9).
    ///   - inner: what there is to say beyond code and message, as `innererror`.
    /// - Returns: the JSON.
    package func json(isFlatToo: Bool = false, inner: JSONValue? = nil) -> JSONValue {
        let pair: [JSONValue.Member] = [.init("code", .string(code)), .init("message", .string(message))]
        let trace = traceID.map { [JSONValue.Member("traceId", .string($0))] } ?? []
        let innerError = inner.map { [JSONValue.Member("innererror", $0)] } ?? []
        let nested = JSONValue.Member("error", .object(pair + innerError + trace))
        return .object([nested] + (isFlatToo ? pair : []))
    }
}

extension ErrorEnvelope: Decodable {
    private enum CodingKeys: String, CodingKey { case error, code, message, traceId }

    /// Reads both forms of the body, the nested and the flat one.
    ///
    /// - Parameter decoder: where to read from.
    /// - Throws: when it is neither.
    package init(from decoder: any Decoder) throws {
        let top = try decoder.container(keyedBy: CodingKeys.self)
        let members =
            top.contains(.error) ? try top.nestedContainer(keyedBy: CodingKeys.self, forKey: .error) : top
        code = try members.decode(String.self, forKey: .code)
        message = try members.decode(String.self, forKey: .message)
        traceID = try members.decodeIfPresent(String.self, forKey: .traceId)
    }
}
