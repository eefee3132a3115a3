package import APIModel
package import Domain
package import Identity
internal import Synchronization

/// How workers join the cluster through this coordinator.
package struct NodeJoining: Sendable {
    /// How many joins are worked on at once: each costs a signature.
    private static let atOnce = 4

    /// The tokens.
    let tokens: JoinTokens
    /// Whom the nodes believe now.
    let authority: @Sendable () throws(Failure) -> Authority
    private let welcome: @Sendable (JoinRequest, JoinTokenRecord) async throws(Failure) -> JoinAnswer
    private let gate = Gate()

    /// The certificate of an authority.
    package struct Authority: Sendable {
        /// As PEM; everybody may know it.
        let certificate: String
        /// The SHA-256 of it.
        let digest: [UInt8]

        /// Names an authority.
        ///
        /// - Parameters:
        ///   - certificate: its certificate, as PEM.
        ///   - digest: the SHA-256 of that (DER), 32 bytes.
        package init(certificate: String, digest: [UInt8]) {
            self.certificate = certificate
            self.digest = digest
        }
    }

    private final class Gate: Sendable {
        let count = Mutex(0)
    }

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - tokens: the tokens.
    ///   - authority: tells whom the nodes believe now.
    ///   - welcome: makes what a worker gets whose token holds; it checks the rest of the request, and tells of it.
    package init(
        tokens: JoinTokens,
        authority: @escaping @Sendable () throws(Failure) -> Authority,
        welcome: @escaping @Sendable (JoinRequest, JoinTokenRecord) async throws(Failure) -> JoinAnswer
    ) {
        self.tokens = tokens
        self.authority = authority
        self.welcome = welcome
    }

    /// Lets a worker join whose token holds.
    ///
    /// - Parameters:
    ///   - request: what it sent.
    ///   - whenTaken: told the token's name as soon as it was taken.
    /// - Returns: what it needs.
    /// - Throws: `unauthorized`, `tooManyRequests`, `sessionRequestValidationFailed`, `notReady`.
    func join(
        _ request: JoinRequest,
        whenTaken: (String) -> Void
    ) async throws(Failure) -> JoinAnswer {
        let isAllowed = gate.count.withLock { count in
            guard count < Self.atOnce else { return false }
            count += 1
            return true
        }
        guard isAllowed else {
            throw Failure(.tooManyRequests, "Many nodes join at this moment.", retryAfterSeconds: 1)
        }
        defer { gate.count.withLock { $0 -= 1 } }
        return try await tokens.use(request.token, by: request.worker) { record throws(Failure) in
            whenTaken(record.id)
            return try await welcome(request, record)
        }
    }
}
