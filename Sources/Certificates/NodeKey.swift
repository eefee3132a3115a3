package import Domain

/// A node's private key, and the request for a certificate of it.
package enum NodeKey {
    /// Makes a key on the curve P-256.
    ///
    /// - Returns: the key, unencrypted, as PEM.
    /// - Throws: `invalidConfiguration` when openssl cannot be run.
    package static func make() async throws(Failure) -> String {
        try await OpenSSL.run(
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "The openssl program could not make a key"
        )
    }

    /// Asks for a certificate; the key itself stays where it is.
    ///
    /// - Parameters:
    ///   - key: the key as PEM.
    ///   - name: the node's name, of letters, digits, dots, hyphens and underscores.
    /// - Returns: the request (PKCS #10) as PEM.
    /// - Throws: `invalidConfiguration` when the key is none.
    package static func request(for key: String, name: String) async throws(Failure) -> String {
        try await PrivateFolder.temporary { folder throws(Failure) in
            try PrivateFolder.write(key, to: folder + "/key", isSecret: true, replaces: false)
            try PrivateFolder.write(
                "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n",
                to: folder + "/config",
                isSecret: true,
                replaces: false
            )
            return try await OpenSSL.run(
                [
                    "req", "-new", "-key", folder + "/key", "-subj", "/CN=\(name)", "-config",
                    folder + "/config",
                ],
                "The openssl program cannot use the key"
            )
        }
    }
}
