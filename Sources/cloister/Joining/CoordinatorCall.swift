internal import APIModel
internal import AsyncHTTPClient
internal import Certificates
internal import Domain
internal import FoundationEssentials
internal import Identity
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// A worker's talk with the coordinator through which it joins.
///
/// The token says which authority's certificate to expect. It is asked for without believing anybody, compared, and
/// from then on only who has a certificate of that authority is talked to: the token itself goes to nobody else.
struct CoordinatorCall: Sendable {
    private static let answerBytesMax = 1 << 18
    private static let timeout: TimeAmount = .seconds(30)

    /// The coordinator's host, without brackets.
    let host: String
    /// The port of its API.
    let port: Int
    private let origin: String
    private let token: JoinToken

    /// Reads where the coordinator is.
    ///
    /// - Parameters:
    ///   - place: `host:port`.
    ///   - token: the token.
    /// - Throws: `invalidConfiguration` when the place is none.
    init(_ place: String, token: JoinToken) throws(Failure) {
        let bare = place.hasPrefix("https://") ? String(place.dropFirst(8)) : place
        guard let colon = bare.lastIndex(of: ":"), let port = UInt16(bare[bare.index(after: colon)...]),
            port > 0,
            colon != bare.startIndex, !bare.contains("/"), !bare.contains("@"),
            bare.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Failure(
                .invalidConfiguration,
                "--join is the host and port of a coordinator's HTTPS API, such as 192.0.2.10:8443."
            )
        }
        let name = bare[..<colon]
        host = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : String(name)
        self.port = Int(port)
        origin = "https://" + bare
        self.token = token
    }

    /// Joins.
    ///
    /// - Parameters:
    ///   - worker: the worker's name.
    ///   - hosts: under which others will call it.
    ///   - certificateRequest: its request for a certificate, as PEM.
    /// - Returns: what it needs.
    /// - Throws: why it did not join.
    func join(
        as worker: WorkerID,
        hosts: [String],
        certificateRequest: String
    ) async throws(Failure) -> JoinAnswer {
        let authority = try await authority()
        guard CertificateFacts.digest(ofFirstIn: authority) == token.authority else {
            throw Failure(
                .unauthorized,
                "Who answers at \(origin) is not of the cluster that the token is for; the token was not shown to it. "
                    + "Look at the address; if the cluster has another authority by now, have a new token made."
            )
        }
        var security = TLSConfiguration.makeClientConfiguration()
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(Array(authority.utf8))) ?? []
        // The first is the one that was compared; what follows it is nobody's word.
        security.trustRoots = .certificates(Array(certificates.prefix(1)))
        let request = JoinRequest(
            token: token.text,
            worker: worker,
            hosts: hosts,
            certificateRequest: certificateRequest
        )
        let bytes = try await answer(to: "/cloister/v1/join", body: request.json.encoded, security)
        guard let answer = try? JSONDecoder().decode(JoinAnswer.self, from: bytes) else {
            throw misunderstood
        }
        return answer
    }

    private func authority() async throws(Failure) -> String {
        var security = TLSConfiguration.makeClientConfiguration()
        security.certificateVerification = .none
        let bytes = try await answer(to: "/cloister/v1/authority", body: nil, security)
        guard let members = try? JSONDecoder().decode([String: String].self, from: bytes),
            let authority = members["authority"]
        else { throw misunderstood }
        return authority
    }

    private func answer(
        to path: String,
        body: [UInt8]?,
        _ security: TLSConfiguration
    ) async throws(Failure) -> Data {
        var configuration = HTTPClient.Configuration(tlsConfiguration: security)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        var request = HTTPClientRequest(url: origin + path)
        if let body {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let result: Result<(status: Int, bytes: Data), any Error>
        do {
            let response = try await http.execute(request, timeout: Self.timeout)
            let buffer = try await response.body.collect(upTo: Self.answerBytesMax)
            result = .success((Int(response.status.code), Data(buffer.readableBytesView)))
        } catch { result = .failure(error) }
        try? await http.shutdown()
        switch result {
        case .success(let answer) where answer.status == 200: return answer.bytes
        case .success(let answer):
            let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: answer.bytes)
            let message = envelope?.message ?? "HTTP status \(answer.status)"
            throw Failure(.unauthorized, "The coordinator at \(origin) lets this worker not join: \(message)")
        case .failure(let error): throw unreachable(error)
        }
    }

    private func unreachable(_ error: any Error) -> Failure {
        let isTLS = error is NIOSSLError || error is NIOSSLExtraError || "\(error)".contains("SSL")
        return isTLS
            ? Failure(
                .unauthorized,
                "Who answers at \(origin) has no certificate of the cluster's authority for \(host); the token was not "
                    + "shown to it. The API's listen.certificateFile has to come from that authority: cloister cert "
                    + "node --host \(host). (\(error))"
            )
            : Failure(.notReady, "The coordinator at \(origin) cannot be reached: \(error).")
    }

    private var misunderstood: Failure {
        Failure(.unauthorized, "What answers at \(origin) is no coordinator of this version.")
    }
}
