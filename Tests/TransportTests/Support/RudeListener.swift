import Dispatch
import Glibc
import Transport

/// Listens where an inbox is expected, and ends every connection at once.
final class RudeListener: Sendable {
    private let descriptor: Int32

    /// Listens at a `tcp` or `ipc` address.
    init(at address: Address) throws {
        let family = address.port == nil ? AF_UNIX : AF_INET
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let status: Int32
        if let port = address.port {
            status = withLoopback(port: port) { [descriptor] in bind(descriptor, $0, $1) }
        } else {
            status = withPath(address.location) { [descriptor] in bind(descriptor, $0, $1) }
        }
        guard status == 0, listen(descriptor, 16) == 0 else {
            close(descriptor)
            throw ChildFault(call: "listen at \(address)", number: errno)
        }
    }

    /// Hangs up on callers and then listens no longer.
    ///
    /// A caller that does not call again within a second is no longer waited for.
    func hangUp(times: Int) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [descriptor] in
                for _ in 0..<times {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    guard poll(&waiting, 1, 1_000) == 1 else { break }
                    let caller = accept(descriptor, nil, nil)
                    shutdown(caller, Int32(SHUT_WR))
                    var abrupt = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(caller, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
                    close(caller)
                }
                close(descriptor)
                continuation.resume()
            }
        }
    }
}
