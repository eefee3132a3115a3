internal import ArgumentParser
internal import Certificates
internal import Domain
internal import Presentation

/// `cloister cert`: the certificates with which nodes prove themselves to each other.
struct CertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert",
        abstract: "Makes and shows the certificates of nodes.",
        discussion: "docs/node-tls.md leads from nothing to nodes that believe only each other.",
        subcommands: [Authority.self, Node.self, Show.self]
    )

    /// `cloister cert authority`: makes an authority.
    struct Authority: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes the authority that signs the certificates of a cluster's nodes.",
            discussion: """
                Example: cloister cert authority --out /etc/cloister/authority

                It writes ca.pem, which every node gets, and ca.key (mode 0600), which stays here: whoever has it \
                can make nodes of this cluster.
                """
        )

        @Option(help: "The folder for ca.key and ca.pem; it is made.")
        var out: String

        @Option(help: "What people call it.")
        var name = "Cloister nodes"

        @Option(help: "How many days it holds.")
        var days = CertificateAuthority.days

        @Flag(
            help:
                "Replaces files that are there: nodes with certificates of the old authority are believed no more."
        )
        var force = false

        func validate() throws { try CertCommand.check(days) }

        func run() async throws {
            try await CertCommand.report {
                try PrivateFolder.make(out)
                for file in ["ca.key", "ca.pem"] where !force && PrivateFolder.has("\(out)/\(file)") {
                    throw Failure(
                        .invalidConfiguration,
                        "\(out)/\(file) is there already; --force replaces it."
                    )
                }
                let made = try await CertificateAuthority.make(name: name, days: days)
                try PrivateFolder.write(made.key, to: out + "/ca.key", isSecret: true, replaces: force)
                try PrivateFolder.write(
                    made.certificate,
                    to: out + "/ca.pem",
                    isSecret: false,
                    replaces: force
                )
                Console.error(
                    line: "cloister: made \(out)/ca.pem for every node, and \(out)/ca.key, to be kept here"
                )
            }
        }
    }

    /// `cloister cert node`: makes a node's certificate.
    struct Node: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a node's key and certificate.",
            discussion: """
                Example: cloister cert node --authority /etc/cloister/authority --name worker-1 \
                --host worker-1.example,192.0.2.11 --out worker-1

                It writes NAME.key (mode 0600), NAME.pem and ca.pem. The hosts are those that other nodes write in \
                the node's address: who calls it by another is refused.
                """
        )

        @Option(help: "The folder with ca.key and ca.pem of the authority.")
        var authority: String

        @Option(help: "The node's name; it names the files, too.")
        var name: String

        @Option(help: "DNS names and IP addresses under which others call it, with commas between them.")
        var host: String

        @Option(help: "The folder for the files; it is made.")
        var out: String

        @Option(help: "How many days it holds.")
        var days = CertificateAuthority.daysOfNode

        @Flag(help: "Replaces files that are there.")
        var force = false

        func validate() throws { try CertCommand.check(days) }

        func run() async throws {
            try await CertCommand.report {
                let hosts = host.split(separator: ",").map { String($0) }
                let subject = try CertificateSubject(name: name, hosts: hosts)
                let signer = try CertificateAuthority(
                    certificatePath: authority + "/ca.pem",
                    keyPath: authority + "/ca.key"
                )
                try PrivateFolder.make(out)
                let (keyPath, certificatePath) = ("\(out)/\(name).key", "\(out)/\(name).pem")
                for path in [keyPath, certificatePath] where !force && PrivateFolder.has(path) {
                    throw Failure(.invalidConfiguration, "\(path) is there already; --force replaces it.")
                }
                let key = try await NodeKey.make()
                let request = try await NodeKey.request(for: key, name: name)
                let certificate = try await signer.sign(request, for: subject, days: days)
                try PrivateFolder.write(key, to: keyPath, isSecret: true, replaces: force)
                try PrivateFolder.write(certificate, to: certificatePath, isSecret: false, replaces: force)
                // All that the node needs stands in one folder then.
                try PrivateFolder.write(
                    signer.certificate,
                    to: out + "/ca.pem",
                    isSecret: false,
                    replaces: true
                )
                Console.error(line: "cloister: made \(keyPath) and \(certificatePath)")
            }
        }
    }

    /// `cloister cert show`: tells what stands in certificates.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tells names, validity and issuer of the certificates in a file.",
            discussion: "Example: cloister cert show /etc/cloister/worker-1.pem"
        )

        @Argument(help: "The PEM file.")
        var file: String

        func run() async throws {
            try await CertCommand.report {
                let facts = try await CertificateFacts.all(in: try PrivateFolder.read(file))
                let blocks = facts.map { certificate in
                    [
                        ("subject", certificate.subject), ("issuer", certificate.issuer),
                        ("hosts", certificate.hosts.isEmpty ? "none" : certificate.hosts),
                        ("holds", "\(certificate.start) to \(certificate.end)"),
                        ("signs others", certificate.isAuthority ? "yes" : "no"),
                        ("SHA-256", certificate.digest),
                    ].map { name, value in
                        name + String(repeating: " ", count: 14 - name.utf8.count) + PlainText.of(value)
                            + "\n"
                    }.joined()
                }
                try Console.deliver(blocks.joined(separator: "\n").utf8)
            }
        }
    }

    private static func check(_ days: Int) throws {
        guard (1...36_500).contains(days) else {
            throw ValidationError("--days is a number from 1 to 36500.")
        }
    }

    private static func report(_ work: () async throws -> Void) async throws {
        do { try await work() } catch let failure as Failure {
            Console.error(line: "cloister: \(PlainText.of(failure.message))")
            throw ExitCode(1)
        }
    }
}
