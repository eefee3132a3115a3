package import Domain
internal import Glibc

/// Whom a node's certificate is for: its name, and the hosts under which others call it.
package struct CertificateSubject: Hashable, Sendable {
    /// How many hosts a certificate has at most.
    package static let hostsMax = 16

    /// The node's name.
    package let name: String
    /// DNS names and IP addresses.
    package let hosts: [String]

    /// Checks name and hosts.
    ///
    /// - Parameters:
    ///   - name: 1 to 63 letters, digits, dots, hyphens and underscores.
    ///   - hosts: 1 to 16 DNS names without wildcards, or IP addresses.
    /// - Throws: `sessionRequestValidationFailed` with the one that is wrong.
    package init(name: String, hosts: [String]) throws(Failure) {
        guard name.isPlainName(upTo: 63) else {
            throw Self.refusal("A node's name has 1 to 63 letters, digits, dots, hyphens and underscores")
        }
        guard (1...Self.hostsMax).contains(hosts.count) else {
            throw Self.refusal("A certificate is for 1 to \(Self.hostsMax) hosts")
        }
        for host in hosts where !Self.isAddress(host) && !Self.isHostName(host) {
            throw Self.refusal("A host is a DNS name without wildcard or an IP address, without port")
        }
        self.name = name
        self.hosts = hosts
    }

    /// The names as the extension of a certificate has them.
    var alternativeNames: String {
        hosts.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return text.utf8.count < 64
            && (inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1)
    }

    private static func isHostName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // What ends in a number is a mistyped address.
        guard let last = labels.last, !last.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && String(label).isPlainName(upTo: 63)
        }
    }

    private static func refusal(_ sentence: String) -> Failure {
        Failure(.sessionRequestValidationFailed, sentence + ".")
    }
}
