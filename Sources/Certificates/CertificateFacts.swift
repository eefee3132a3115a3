internal import Crypto
package import Domain
internal import FoundationEssentials

/// What stands in a certificate, for people.
package struct CertificateFacts: Hashable, Sendable {
    private static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    /// Whom it is for.
    package let subject: String
    /// Who signed it.
    package let issuer: String
    /// From when on it holds, as openssl writes it (ISO 8601).
    package let start: String
    /// Until when it holds.
    package let end: String
    /// The hosts it is for; empty for an authority.
    package let hosts: String
    /// Whether it may sign others.
    package let isAuthority: Bool
    /// The SHA-256 of it, as 64 hexadecimal digits.
    package let digest: String

    /// Reads all certificates of a PEM file.
    ///
    /// - Parameter text: the file's text.
    /// - Returns: what stands in them, in their order.
    /// - Throws: `invalidConfiguration` when there is none.
    package static func all(in text: String) async throws(Failure) -> [Self] {
        var facts: [Self] = []
        for certificate in certificates(in: text) { facts.append(try await Self(certificate)) }
        guard !facts.isEmpty else {
            throw Failure(.invalidConfiguration, "There is no certificate in PEM form in it.")
        }
        return facts
    }

    /// The SHA-256 of the first certificate of a PEM file, by which an authority is known.
    ///
    /// - Parameter text: the file's text.
    /// - Returns: 32 bytes; nil when there is no certificate.
    package static func digest(ofFirstIn text: String) -> [UInt8]? {
        certificates(in: text).first.flatMap { digest(of: $0) }
    }

    private init(_ certificate: String) async throws(Failure) {
        let output = try await OpenSSL.run(
            [
                "x509", "-noout", "-subject", "-issuer", "-dates", "-ext", "subjectAltName,basicConstraints",
                "-nameopt", "RFC2253", "-dateopt", "iso_8601",
            ],
            input: certificate,
            "A certificate in it is damaged"
        )
        let lines = output.split(separator: "\n").map(String.init)
        func value(_ name: String) -> String {
            lines.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) } ?? ""
        }
        subject = value("subject")
        issuer = value("issuer")
        start = value("notBefore")
        end = value("notAfter")
        let names = lines.firstIndex { $0.hasPrefix("X509v3 Subject Alternative Name") }
        hosts =
            names.map { index in
                lines[index + 1].split(separator: ",").map { name in
                    name.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
                }.joined(separator: ", ")
            } ?? ""
        isAuthority = output.contains("CA:TRUE")
        digest = (Self.digest(of: certificate) ?? []).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    private static func certificates(in text: String) -> [String] {
        var certificates: [String] = []
        var lines: [Substring]?
        for line in text.split(separator: "\n") {
            if line.hasPrefix(begin) { lines = [] }
            lines?.append(line)
            guard line.hasPrefix(end), let whole = lines else { continue }
            certificates.append(whole.joined(separator: "\n") + "\n")
            lines = nil
        }
        return certificates
    }

    private static func digest(of certificate: String) -> [UInt8]? {
        let lines = certificate.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return Data(base64Encoded: lines.joined()).map { Array(SHA256.hash(data: $0)) }
    }
}
