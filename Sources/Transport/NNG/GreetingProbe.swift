import Glibc

/// A connection to an inbox that says what a PUSH socket says first, and no more.
///
/// Made of plain system calls: closing a socket of libnng in the middle of a greeting leaks descriptors.
struct GreetingProbe: ~Copyable {
    private let descriptor: Int32

    /// Connects and greets; nil when that does not come about, or the address is neither `tcp` nor `ipc`.
    ///
    /// Blocks shortly, as only this machine is called.
    ///
    /// Nil when that does not come about, or the address is not one of `tcp` or `ipc`.
    ///
    /// - Parameter address: The address of the inbox.
    init?(_ address: Address) {
        let family = Self.family(of: address)
        guard let family else { return nil }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard Self.connect(descriptor, to: address), Self.greet(descriptor) else {
            Glibc.close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit {
        Glibc.close(descriptor)
    }

    private static func family(of address: Address) -> Int32? {
        switch address.scheme {
        case .ipc: AF_UNIX
        case .tcp: address.location.contains(":") ? AF_INET6 : AF_INET
        case .tls, .inproc: nil
        }
    }

    /// Zero, "SP", version 0, and the number of the protocol PUSH.
    private static func greet(_ descriptor: Int32) -> Bool {
        let greeting: [UInt8] = [0, 0x53, 0x50, 0, 0, 0x50, 0, 0]
        return Glibc.send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL)) == greeting.count
    }

    private static func connect(_ descriptor: Int32, to address: Address) -> Bool {
        switch address.scheme {
        case .ipc:
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address.location.utf8) }
            return connect(descriptor, &name)
        case .tcp where address.location.contains(":"):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = (address.port ?? 0).bigEndian
            return inet_pton(AF_INET6, address.location, &name.sin6_addr) == 1 && connect(descriptor, &name)
        case .tcp:
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = (address.port ?? 0).bigEndian
            let host = address.location == "localhost" ? "127.0.0.1" : address.location
            return inet_pton(AF_INET, host, &name.sin_addr) == 1 && connect(descriptor, &name)
        case .tls, .inproc:
            return false
        }
    }

    private static func connect<Name>(_ descriptor: Int32, _ name: inout Name) -> Bool {
        let size = socklen_t(MemoryLayout<Name>.size)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, size) == 0
            }
        }
    }
}
