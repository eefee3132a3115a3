internal import Crypto
package import Domain
internal import Glibc

/// The authority that all nodes of a cluster believe: it makes their certificates.
package struct CertificateAuthority: Sendable {
    /// How long an authority holds when nothing is said, in days.
    package static let days = 3_650
    /// How long a node's certificate holds when nothing is said, in days.
    package static let daysOfNode = 365
    /// The longest request for a certificate, in bytes.
    package static let requestBytesMax = 8 << 10
    /// How long before its making a certificate begins to hold: clocks differ.
    private static let secondsBefore = 24 * 60 * 60

    /// Its own certificate, as PEM.
    package let certificate: String
    private let keyPath: String
    private let certificatePath: String

    /// Reads an authority's certificate and looks whether its key can be read.
    ///
    /// - Parameters:
    ///   - certificatePath: the file of its certificate, PEM; of several in it the first signs.
    ///   - keyPath: the file of its key, PEM.
    /// - Throws: `invalidConfiguration` when one of them cannot be used.
    package init(certificatePath: String, keyPath: String) throws(Failure) {
        certificate = try PrivateFolder.read(certificatePath)
        _ = try PrivateFolder.read(keyPath)
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// Makes an authority.
    ///
    /// - Parameters:
    ///   - name: what people call it: letters, digits, spaces, dots, hyphens and underscores, 64 at most.
    ///   - days: how long it holds.
    /// - Returns: its key and its certificate as PEM.
    /// - Throws: `invalidConfiguration` when the name is none or openssl cannot be run.
    package static func make(
        name: String,
        days: Int
    ) async throws(Failure) -> (key: String, certificate: String) {
        let words = name.split(separator: " ", omittingEmptySubsequences: false)
        guard name.utf8.count <= 64, words.allSatisfy({ String($0).isPlainName(upTo: 64) }) else {
            throw Failure(
                .invalidConfiguration,
                "An authority's name has 1 to 64 letters, digits, single spaces, dots, hyphens and underscores."
            )
        }
        let key = try await NodeKey.make()
        let request = try await NodeKey.request(for: key, name: "authority")
        let certificate = try await sign(
            request,
            subject: name,
            days: days,
            extensions: [
                "basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign,cRLSign",
                "subjectKeyIdentifier=hash",
            ]
        ) { folder throws(Failure) in
            try PrivateFolder.write(key, to: folder + "/key", isSecret: true, replaces: false)
            return ["-selfsign", "-keyfile", folder + "/key"]
        }
        return (key, certificate)
    }

    /// Makes a certificate for a node.
    ///
    /// Of the request only its key counts; what else stands in it is not taken over.
    ///
    /// - Parameters:
    ///   - request: the node's request (PKCS #10) as PEM, from whomever.
    ///   - subject: whom the certificate is for.
    ///   - days: how long it holds.
    /// - Returns: the certificate as PEM.
    /// - Throws: `sessionRequestValidationFailed` when the request is none, or its key is none on P-256.
    package func sign(
        _ request: String,
        for subject: CertificateSubject,
        days: Int
    ) async throws(Failure) -> String {
        guard request.utf8.count <= Self.requestBytesMax else {
            throw Failure(.sessionRequestValidationFailed, "The request for a certificate is too long.")
        }
        let key = try await OpenSSL.run(
            ["req", "-verify", "-noout", "-pubkey", "-config", "/dev/null"],
            input: request,
            orFail: .sessionRequestValidationFailed,
            "This is no request for a certificate (PKCS #10, PEM) that its own key has signed"
        )
        guard (try? P256.Signing.PublicKey(pemRepresentation: key)) != nil else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The key of the request has to be one on the curve P-256."
            )
        }
        return try await Self.sign(
            request,
            subject: subject.name,
            days: days,
            extensions: [
                "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
                "extendedKeyUsage=serverAuth,clientAuth", "subjectAltName=\(subject.alternativeNames)",
                "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid",
            ]
        ) { _ throws(Failure) in ["-cert", certificatePath, "-keyfile", keyPath] }
    }

    private static func sign(
        _ request: String,
        subject: String,
        days: Int,
        extensions: [String],
        _ signer: (String) throws(Failure) -> [String]
    ) async throws(Failure) -> String {
        try await PrivateFolder.temporary { folder throws(Failure) in
            let configuration = """
                [ca]
                default_ca=ours
                [ours]
                database=\(folder)/index
                new_certs_dir=\(folder)
                default_md=sha256
                policy=names
                rand_serial=yes
                unique_subject=no
                x509_extensions=ours_extensions
                [names]
                commonName=supplied
                [ours_extensions]
                \(extensions.joined(separator: "\n"))

                """
            let files = [("config", configuration), ("index", ""), ("request", request)]
            for (name, text) in files {
                try PrivateFolder.write(text, to: "\(folder)/\(name)", isSecret: true, replaces: false)
            }
            let now = Int(time(nil))
            let arguments = [
                "ca", "-batch", "-notext", "-config", folder + "/config", "-in", folder + "/request",
                "-subj", "/CN=\(subject)", "-startdate", stamp(now - secondsBefore),
                "-enddate", stamp(now + days * 24 * 60 * 60),
            ]
            return try await OpenSSL.run(
                arguments + (try signer(folder)),
                "The authority's key cannot sign: its certificate and its key do not belong together, or one is damaged"
            )
        }
    }

    /// A time as openssl reads it.
    private static func stamp(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let numbers = [
            Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
            Int(parts.tm_min), Int(parts.tm_sec),
        ]
        return numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined() + "Z"
    }
}
