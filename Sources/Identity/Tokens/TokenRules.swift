internal import Domain

/// What a token of an issuer has to be like: pure decisions, with the time passed in.
struct TokenRules: Sendable {
    /// The longest name of a bearer; it stands in logs and is remembered for rates.
    static let subjectBytesMax = 512

    let issuer: IssuerConfiguration

    /// The algorithm of a token, if the issuer is configured for it.
    func algorithm(of token: SignedToken) throws(TokenRefusal) -> TokenAlgorithm {
        guard let algorithm = TokenAlgorithm(rawValue: token.algorithmName),
            issuer.algorithms.contains(algorithm)
        else { throw .refusedAlgorithm }
        return algorithm
    }

    /// Checks signature and claims, and tells who bears the token.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - key: the key that its header names, of its issuer.
    ///   - now: seconds since 1970.
    /// - Returns: the caller, which has no rights if no value of the claim gives any.
    /// - Throws: what is wrong with the token.
    func caller(_ token: SignedToken, key: VerificationKey, now: Double) throws(TokenRefusal) -> Caller {
        guard try algorithm(of: token) == key.algorithm else { throw .refusedAlgorithm }
        guard key.isValid(token.signature, of: token.signedBytes) else { throw .badSignature }
        let claims = token.claims
        guard claims.issuer == issuer.url else { throw .unknownIssuer }
        guard claims.audiences.contains(where: issuer.audiences.contains) else { throw .wrongAudience }
        guard let expiresAt = claims.expiresAt else { throw .unlimited }
        let leeway = Double(issuer.leewaySeconds)
        guard now < expiresAt + leeway else { throw .expired }
        if let notBefore = claims.notBefore, now < notBefore - leeway { throw .notYetValid }
        guard let subject = claims.subject, (1...Self.subjectBytesMax).contains(subject.utf8.count) else {
            throw .nameless
        }
        let values = Set(claims.texts(at: issuer.claim))
        return Caller(
            name: subject,
            issuer: issuer.url,
            grants: issuer.grants.filter { values.contains($0.value) }.map { Caller.Grant($0.grant) }
        )
    }
}
