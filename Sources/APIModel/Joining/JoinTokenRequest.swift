package import Domain
internal import FoundationEssentials

/// The body of a request to make a token for joining, read and checked.
package struct JoinTokenRequest: Hashable, Sendable {
    /// The longest body, in bytes.
    package static let bodyLimit = 4 << 10

    /// How long it shall hold, in seconds; nil for the usual time.
    package let lifetimeInSeconds: Int?
    /// The only worker that may use it; nil for any.
    package let worker: WorkerID?

    /// Reads a body.
    ///
    /// - Parameter bytes: the body; an empty one asks for what is usual.
    /// - Returns: the request.
    /// - Throws: `sessionPropertiesMissing` when it is no such JSON, `sessionRequestValidationFailed` for a name that
    ///   no worker has.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> Self {
        guard !bytes.isEmpty else { return Self(lifetimeInSeconds: nil, worker: nil) }
        let fields: Fields
        do { fields = try JSONDecoder().decode(Fields.self, from: Data(bytes)) } catch {
            throw Failure(
                .sessionPropertiesMissing,
                "The body has to be a JSON object; it may have the members expiresInSeconds and worker."
            )
        }
        return Self(
            lifetimeInSeconds: fields.expiresInSeconds,
            worker: try fields.worker.map { name throws(Failure) in try JoinRequest.worker(name) }
        )
    }

    private struct Fields: Decodable {
        let expiresInSeconds: Int?
        let worker: String?
    }
}
