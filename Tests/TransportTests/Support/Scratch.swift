import Glibc
import Synchronization
import Transport

/// A directory for this run of the tests, and addresses in it that nobody else uses.
enum Scratch {
    static let directory: String = {
        atexit { _ = try? ChildProcess("/bin/rm", ["-rf", Scratch.directory]) }
        var template = Array("/tmp/cloister-transport-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
        }
    }()

    private static let counter = Atomic(0)

    /// A path that no other call returns.
    static func path(_ name: String) -> String {
        "\(directory)/\(name)-\(counter.add(1, ordering: .relaxed).newValue)"
    }

    /// A loopback port that is free now, and outside of the range from which the system gives ports to
    /// outgoing connections: a peer that dies and comes back must find it free again.
    static func port() -> UInt16 {
        while true {
            let candidate = UInt16.random(in: 12_000..<32_000)
            let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            defer { close(probe) }
            if withLoopback(port: candidate, { bind(probe, $0, $1) }) == 0 { return candidate }
        }
    }
}

/// Calls `body` with the loopback address in the form of the system calls.
func withLoopback(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// Connects to an inbox and goes away at once, so that the greeting meets a closed connection.
func knock(at address: Address) {
    if let port = address.port {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard withLoopback(port: port, { connect(descriptor, $0, $1) }) == 0 else { return }
        shutdown(descriptor, Int32(SHUT_WR))
        // A reset on top of the orderly end.
        var abrupt = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    } else {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        _ = withPath(address.location) { connect(descriptor, $0, $1) }
        close(descriptor)
    }
}

/// Calls `body` with the path of a socket in the form of the system calls.
func withPath(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
