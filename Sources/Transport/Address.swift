/// An address of an inbox, taken apart and found to be well formed.
///
/// `tcp://host:port`, `tls+tcp://host:port`, `ipc:///absolute/path` or `inproc://name`.
package struct Address: Sendable, Hashable, CustomStringConvertible {
    /// How bytes get to the address.
    package enum Scheme: String, Sendable {
        /// TCP without encryption; only within one machine.
        case tcp
        /// TCP with mutual TLS.
        case tls = "tls+tcp"
        /// A socket in the file system.
        case ipc
        /// A name within this process.
        case inproc
    }

    /// How bytes get to the address.
    package let scheme: Scheme

    /// The host without brackets for the TCP schemes, else the path or the name.
    package let location: String

    /// The port for the TCP schemes, else nil; 0 stands for "any".
    package let port: UInt16?

    /// Reads an address.
    ///
    /// - Parameter text: The address as it stands in a setting or a message.
    /// - Throws: ``TransportError/Code/invalidAddress`` with what is wrong with it.
    package init(_ text: String) throws(TransportError) {
        let bytes = Array(text.utf8)
        guard bytes.count < 256, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.fault("An address is short and consists of printable ASCII", in: "")
        }
        guard let separator = text.firstRange(ofSeparator: "://") else {
            throw Self.fault("An address begins with a scheme and ://", in: text)
        }
        guard let scheme = Scheme(rawValue: String(text[..<separator.lowerBound])) else {
            throw Self.fault("The schemes are tcp, tls+tcp, ipc and inproc", in: text)
        }
        let rest = text[separator.upperBound...]
        self.scheme = scheme
        switch scheme {
        case .tcp, .tls:
            (location, port) = try Self.hostAndPort(of: rest, in: text)
        case .ipc:
            // The kernel's limit of a socket's path is 108 bytes with the closing NUL.
            guard rest.hasPrefix("/"), (2...107).contains(rest.utf8.count) else {
                throw Self.fault("An ipc address names an absolute path of at most 107 bytes", in: text)
            }
            (location, port) = (String(rest), nil)
        case .inproc:
            guard (1...100).contains(rest.utf8.count) else {
                throw Self.fault("An inproc address names 1 to 100 bytes", in: text)
            }
            (location, port) = (String(rest), nil)
        }
    }

    private init(scheme: Scheme, location: String, port: UInt16?) {
        self.scheme = scheme
        self.location = location
        self.port = port
    }

    /// The address as text.
    package var description: String {
        guard let port else { return "\(scheme.rawValue)://\(location)" }
        let host = location.contains(":") ? "[\(location)]" : location
        return "\(scheme.rawValue)://\(host):\(port)"
    }

    /// Whether the address cannot be reached from another machine, whoever resolves it.
    package var isLocal: Bool {
        switch scheme {
        case .ipc, .inproc: true
        case .tcp, .tls: location == "::1" || location == "localhost" || isIPv4Loopback
        }
    }

    /// The same address with another port.
    func with(port: UInt16) -> Address {
        Address(scheme: scheme, location: location, port: port)
    }

    /// The address as this machine itself reaches it: a wildcard becomes the loopback interface.
    var reachable: Address {
        switch location {
        case "0.0.0.0": Address(scheme: scheme, location: "127.0.0.1", port: port)
        case "::": Address(scheme: scheme, location: "::1", port: port)
        default: self
        }
    }

    private var isIPv4Loopback: Bool {
        let parts = location.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension Address {
    private static func hostAndPort(
        of rest: Substring,
        in text: String
    ) throws(TransportError) -> (String, UInt16?) {
        guard let colon = rest.lastIndex(of: ":"), let port = portNumber(rest[rest.index(after: colon)...])
        else {
            throw fault("A TCP address ends with a colon and a port from 0 to 65535", in: text)
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.utf8.allSatisfy(isPartOfIPv6) else {
                throw fault("Brackets enclose an IPv6 address", in: text)
            }
        } else {
            guard !host.isEmpty, host.utf8.allSatisfy(isPartOfHostName) else {
                throw fault("A host is a name, an IPv4 address or an IPv6 address in brackets", in: text)
            }
        }
        return (String(host), port)
    }

    /// `UInt16.init` alone would also take a sign.
    private static func portNumber(_ digits: Substring) -> UInt16? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(digits) : nil
    }

    private static func isPartOfIPv6(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isPartOfHostName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func fault(_ rule: String, in text: String) -> TransportError {
        TransportError(.invalidAddress, text.isEmpty ? "\(rule)." : "\(rule): \(text)")
    }
}

extension String {
    fileprivate func firstRange(ofSeparator separator: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(separator) {
                return start..<index(start, offsetBy: separator.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
