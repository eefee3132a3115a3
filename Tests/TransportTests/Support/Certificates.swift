import Glibc
import Transport
import transport_peer

/// Certificates that the openssl command makes once for each run of the tests.
struct Certificates {
    /// The directory with `authority`, `node`, `renewed` and `elsewhere` (signed by it), `stranger` (signed by
    /// itself), and `later`, signed by the authority `next`.
    let directory: String

    /// The identity of a node of the cluster, on this machine.
    var node: TLSIdentity { identity("node") }

    /// Somebody whom the authority has not signed.
    var stranger: TLSIdentity { identity("stranger") }

    /// A node of the cluster, on another machine.
    var elsewhere: TLSIdentity { identity("elsewhere") }

    /// Reads an identity.
    ///
    /// - Parameters:
    ///   - name: whose.
    ///   - authorities: whom it believes.
    /// - Returns: the identity.
    func identity(_ name: String, believing authorities: [String] = ["authority"]) -> TLSIdentity {
        let own = TLSIdentity(directory: directory, name: name)
        return TLSIdentity(
            certificate: own.certificate,
            key: own.key,
            authority: authorities.map { TLSIdentity(directory: directory, name: $0).certificate }.joined()
        )
    }

    /// The post of a node of the cluster.
    func member(limits: NNGTransport.Limits = .init()) throws -> NNGTransport {
        NNGTransport(credentials: try TLSCredentials(node), limits: limits)
    }

    private static let shared = Result { try make() }

    /// The certificates of this run.
    static func forThisRun() throws -> Certificates { try shared.get() }

    private static func make() throws -> Certificates {
        let directory = Scratch.path("tls")
        mkdir(directory, 0o700)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        func files(_ name: String) -> [String] {
            ["-keyout", "\(directory)/\(name).key", "-out", "\(directory)/\(name).pem"]
        }
        func make(_ name: String, _ subject: String, by authority: String? = nil) throws {
            let signer = authority.map {
                ["-CA", "\(directory)/\($0).pem", "-CAkey", "\(directory)/\($0).key"]
            }
            try openssl(
                ["req", "-x509", "-subj", "/CN=\(name)", "-addext", "subjectAltName=\(subject)"]
                    + (signer ?? [])
                    + key + files(name)
            )
        }
        let here = "DNS:node.cloister,DNS:localhost,IP:127.0.0.1"
        for authority in ["authority", "next"] { try make(authority, "DNS:\(authority)") }
        try make("stranger", here)
        for name in ["node", "renewed"] { try make(name, here, by: "authority") }
        try make("elsewhere", "DNS:elsewhere.cloister,IP:192.0.2.1", by: "authority")
        try make("later", here, by: "next")
        return Certificates(directory: directory)
    }

    private static func openssl(_ arguments: [String]) throws {
        let child = try ChildProcess("/usr/bin/openssl", arguments)
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        guard status == 0 else { throw ChildFault(call: "openssl \(arguments)", number: status) }
    }
}
