import Glibc
import Transport
import transport_peer

/// Certificates that the openssl command makes once for each run of the tests.
struct Certificates {
    /// The directory with `authority`, `node` (signed by it), and `stranger` (signed by itself).
    let directory: String

    /// The identity of a node of the cluster.
    var node: TLSIdentity { TLSIdentity(directory: directory, name: "node") }

    /// Somebody whom the authority has not signed.
    var stranger: TLSIdentity { TLSIdentity(directory: directory, name: "stranger") }

    /// A node that expects its peers to carry another name than they do.
    var picky: TLSIdentity { TLSIdentity(directory: directory, name: "node", peerName: "another.name") }

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
        try openssl(["req", "-x509", "-subj", "/CN=authority"] + key + files("authority"))
        try openssl(["req", "-x509", "-subj", "/CN=node.cloister"] + key + files("stranger"))
        let authority = ["-CA", "\(directory)/authority.pem", "-CAkey", "\(directory)/authority.key"]
        try openssl(["req", "-x509", "-subj", "/CN=node.cloister"] + authority + key + files("node"))
        return Certificates(directory: directory)
    }

    private static func openssl(_ arguments: [String]) throws {
        let child = try ChildProcess("/usr/bin/openssl", arguments)
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        guard status == 0 else { throw ChildFault(call: "openssl \(arguments)", number: status) }
    }
}
