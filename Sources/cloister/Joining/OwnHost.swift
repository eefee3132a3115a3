internal import Domain
internal import Glibc

/// What this machine is called, and by which address others reach it.
enum OwnHost {
    /// The first part of the machine's name.
    static var name: String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let status = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map {
                gethostname($0.assumingMemoryBound(to: CChar.self), bytes.count - 1)
            } ?? -1
        }
        let whole = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        return status == 0 ? whole.split(separator: ".").first.map(String.init) ?? "worker" : "worker"
    }

    /// The address from which this machine talks to another.
    ///
    /// - Parameters:
    ///   - host: the other machine.
    ///   - port: a port of it.
    /// - Returns: the address, in brackets when it is one of IPv6.
    /// - Throws: `invalidConfiguration` when the other cannot be found.
    static func address(towards host: String, port: Int) throws(Failure) -> String {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let found = list else {
            throw Failure(.invalidConfiguration, "There is no host \(host).")
        }
        defer { freeaddrinfo(list) }
        // Nothing is sent: connecting has the kernel choose the way.
        let descriptor = socket(
            found.pointee.ai_family,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0
        )
        defer { close(descriptor) }
        var own = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [UInt8](repeating: 0, count: 64)
        let isFound = withUnsafeMutablePointer(to: &own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0
                    && getsockname(descriptor, address, &size) == 0
                    && text.withUnsafeMutableBytes { bytes in
                        getnameinfo(
                            address,
                            size,
                            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                            socklen_t(bytes.count),
                            nil,
                            0,
                            NI_NUMERICHOST
                        )
                    } == 0
            }
        }
        guard isFound else {
            throw Failure(
                .invalidConfiguration,
                "There is no way to \(host); set the worker's inbox by hand."
            )
        }
        let address = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        return address.contains(":") ? "[\(address)]" : address
    }
}
