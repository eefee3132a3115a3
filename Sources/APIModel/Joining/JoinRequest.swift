package import Domain
internal import FoundationEssentials

/// What a worker sends that joins.
package struct JoinRequest: Sendable {
    /// The longest body, in bytes.
    package static let bodyLimit = 16 << 10

    /// The token that an operator gave it.
    package let token: String
    /// Its name.
    package let worker: WorkerID
    /// The DNS names and addresses under which others will call it; not checked yet.
    package let hosts: [String]
    /// Its request for a certificate (PKCS #10), as PEM; not checked yet.
    package let certificateRequest: String

    /// Puts a request together.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - worker: its name.
    ///   - hosts: under which others will call it.
    ///   - certificateRequest: its request for a certificate, as PEM.
    package init(token: String, worker: WorkerID, hosts: [String], certificateRequest: String) {
        self.token = token
        self.worker = worker
        self.hosts = hosts
        self.certificateRequest = certificateRequest
    }

    /// Reads a body.
    ///
    /// - Parameter bytes: the body.
    /// - Returns: the request.
    /// - Throws: `sessionPropertiesMissing` when it is no such JSON, `sessionRequestValidationFailed` for a name that
    ///   no worker has.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> Self {
        let fields: Fields
        do { fields = try JSONDecoder().decode(Fields.self, from: Data(bytes)) } catch {
            throw Failure(
                .sessionPropertiesMissing,
                "The body has to be a JSON object with the members token, worker, hosts and certificateRequest."
            )
        }
        return Self(
            token: fields.token,
            worker: try worker(fields.worker),
            hosts: fields.hosts,
            certificateRequest: fields.certificateRequest
        )
    }

    static func worker(_ name: String) throws(Failure) -> WorkerID {
        do throws(Failure) { return try WorkerID(name) } catch {
            throw Failure(.sessionRequestValidationFailed, error.message)
        }
    }

    /// The request as JSON.
    package var json: JSONValue {
        .object([
            .init("token", .string(token)), .init("worker", .string(worker.text)),
            .init("hosts", .array(hosts.map(JSONValue.string))),
            .init("certificateRequest", .string(certificateRequest)),
        ])
    }

    private struct Fields: Decodable {
        let token: String
        let worker: String
        let hosts: [String]
        let certificateRequest: String
    }
}
