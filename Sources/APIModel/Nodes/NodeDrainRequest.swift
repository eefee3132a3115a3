package import Domain
internal import FoundationEssentials

/// The body of a request to drain a worker, read and checked.
package struct NodeDrainRequest: Hashable, Sendable {
    /// The longest body, in bytes.
    package static let bodyLimit = 4 << 10

    /// After how much time the sessions that are left are ended; nil lets them run out.
    package let deadline: Duration?

    private struct Fields: Decodable {
        let deadlineInSeconds: Int?
    }

    /// Reads a body.
    ///
    /// - Parameter bytes: the body; an empty one asks for no deadline.
    /// - Returns: the request.
    /// - Throws: `sessionPropertiesMissing` when it is not such a body, `sessionRequestValidationFailed` for a deadline
    ///   out of bounds.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> Self {
        guard !bytes.isEmpty else { return Self(deadline: nil) }
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)) else {
            throw Failure(
                .sessionPropertiesMissing,
                "The body has to be empty, or a JSON object with the member deadlineInSeconds."
            )
        }
        if let seconds = fields.deadlineInSeconds, !(0...NodeDrain.deadlineSecondsMax).contains(seconds) {
            throw Failure(
                .sessionRequestValidationFailed,
                "The member 'deadlineInSeconds' is a number from 0 to \(NodeDrain.deadlineSecondsMax)."
            )
        }
        return Self(deadline: fields.deadlineInSeconds.map { .seconds($0) })
    }
}
