package import Etcd
internal import Glibc
internal import Synchronization

/// A real etcd of Debian's package, with one member, that ends with its owner.
package final class EtcdServer: Sendable {
    /// Why there is none.
    package struct StartFailure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let startTime: Duration = .seconds(20)
    /// The servers of this process, for those that a suite keeps to the end of it: nobody lets go of them.
    private static let running = Mutex<[String: pid_t]>([:])
    /// The ports that servers of this process have: several begin at a time, and listen a second later.
    private static let givenPorts = Mutex<Set<UInt16>>([])
    private static let endsWithProcess: Void = {
        atexit {
            for (folder, process) in EtcdServer.running.withLock({ $0 }) { EtcdServer.clear(folder, process) }
        }
    }()

    private let folder: String
    private let arguments: [String]
    private let process: Mutex<pid_t>
    /// Where it answers.
    package let endpoint: String

    /// Starts etcd and waits until it answers.
    ///
    /// - Throws: ``StartFailure``.
    package init() async throws {
        var template = Array("/tmp/cloister-etcd-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw StartFailure(description: "no folder for etcd") }
        folder = String(cString: made)
        let (client, peer) = (Self.freePort(), Self.freePort())
        endpoint = "http://127.0.0.1:\(client)"
        let peers = "http://127.0.0.1:\(peer)"
        arguments = [
            // It goes with this process, however that ends.
            "setpriv", "--pdeathsig", "KILL", "etcd", "--name", "member", "--data-dir", folder + "/data",
            "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", "member=" + peers, "--log-level", "error",
        ]
        process = Mutex(0)
        try await start()
    }

    deinit {
        stop()
        Self.running.withLock { _ = $0.removeValue(forKey: folder) }
        Self.clear(folder, 0)
    }

    /// Ends an etcd and removes its own files and nothing else.
    private static func clear(_ folder: String, _ process: pid_t) {
        if process > 0 {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        _ = spawn(["rm", "-rf", folder]).map { waitpid($0, nil, 0) }
    }

    /// Lends a client.
    ///
    /// - Parameters:
    ///   - endpoints: the members; nil for this server alone.
    ///   - user: the user, where there is one.
    ///   - body: uses the client, which is closed when it returns or throws.
    /// - Returns: what the body returned.
    /// - Throws: what the body throws.
    package func withClient<Value: Sendable>(
        of endpoints: [String]? = nil,
        user: EtcdConfiguration.User? = nil,
        _ body: (EtcdClient) async throws -> Value
    ) async throws -> Value {
        let client = try EtcdClient(EtcdConfiguration(endpoints: endpoints ?? [endpoint], user: user))
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.close()
        return try result.get()
    }

    /// Ends etcd at once, as a crash would.
    package func stop() {
        process.withLock { process in
            guard process > 0 else { return }
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
            process = 0
            Self.running.withLock { $0[folder] = 0 }
        }
    }

    /// Starts etcd, again after ``stop()``: with all that it had.
    ///
    /// - Throws: ``StartFailure``.
    package func start() async throws {
        guard let child = Self.spawn(arguments) else {
            throw StartFailure(description: "etcd cannot be started")
        }
        process.withLock { $0 = child }
        _ = Self.endsWithProcess
        Self.running.withLock { $0[folder] = child }
        let deadline = ContinuousClock.now + Self.startTime
        try await withClient { client in
            while ContinuousClock.now < deadline {
                guard waitpid(child, nil, WNOHANG) == 0 else {
                    process.withLock { $0 = 0 }
                    throw StartFailure(
                        description: "etcd has ended: it told why, or Debian's etcd-server is not there"
                    )
                }
                do throws(EtcdError) {
                    _ = try await client.read(.key("any"))
                    return
                } catch  where error.kind == .unauthorized {
                    return
                } catch { try await Task.sleep(for: .milliseconds(20)) }
            }
            throw StartFailure(description: "etcd did not answer at \(endpoint) within \(Self.startTime)")
        }
    }

    private static func spawn(_ arguments: [String]) -> pid_t? {
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        pointers.append(nil)
        var process = pid_t()
        return posix_spawnp(&process, arguments[0], nil, nil, pointers, environ) == 0 ? process : nil
    }

    /// A port that nobody listens at and no other server of this process has, below those that the kernel gives to
    /// outgoing connections: one of them could take it while etcd is down.
    private static func freePort() -> UInt16 {
        while true {
            let port = UInt16.random(in: 10_000..<32_000)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            address.sin_port = port.bigEndian
            let isFree = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree, givenPorts.withLock({ $0.insert(port).inserted }) { return port }
        }
    }
}
